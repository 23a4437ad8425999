import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { drawAnnotation } from '../../../lib/evaluate/annotation/draw.ts'
import { readAnnotationItems, readAnnotationKey } from '../../../lib/evaluate/annotation/files.ts'
import { readRatings } from '../../../lib/evaluate/annotation/ratings_file.ts'
import { fuzz } from '../../support/fuzz/fuzz.ts'
import { allFields } from '../../support/fuzz/mutations.ts'

const NAME = 'x.jsonl'
const { items, key } = drawAnnotation([
  { reference: 'It rains.', text: 'Rain "falls".', system: 'one', cosine: 0.5, kind: 'news' },
  { reference: 'It rains.', text: 'é', system: 'two' },
])
const ratings = [
  { rater: 'ada', item: 'x', meaning: 4, fluency: null, ms: 1200.5 },
  { rater: 'bea', item: 'x', meaning: 1, fluency: 5, ms: 0 },
]
const seeds = (records: readonly object[]) => () => [
  { [NAME]: Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join('')) },
]
const isText = (value: unknown) => typeof value === 'string' && value !== ''

await fuzz(import.meta.url, {
  'items to be rated': {
    seeds: seeds(items),
    layout: allFields,
    codes: ['BAD_FILE', 'UNSUPPORTED'],
    read: async (folder) => {
      const found = await readAnnotationItems(join(folder, NAME))
      assert.is(new Set(found.map(({ item }) => item)).size, found.length)
      for (const { item, task, reference, text } of found)
        assert.ok(
          isText(item) && /^(same|next)$/.test(task) && [reference, text].every((x) => typeof x === 'string'),
        )
    },
  },
  'the key of items': {
    seeds: seeds(key),
    layout: allFields,
    read: async (folder) => {
      for (const { item, pair, systems } of await readAnnotationKey(join(folder, NAME))) {
        assert.ok(isText(item) && isText(pair) && systems.length > 0)
        for (const { system, cosine = 0 } of systems) assert.ok(isText(system) && Number.isFinite(cosine))
      }
    },
  },
  ratings: {
    seeds: seeds(ratings),
    layout: allFields,
    read: async (folder) => {
      for (const { rater, item, meaning, fluency, ms } of await readRatings(join(folder, NAME))) {
        assert.ok(isText(rater) && isText(item) && ms >= 0 && ms < Number.POSITIVE_INFINITY)
        for (const rating of [meaning, fluency]) assert.ok([null, 1, 2, 3, 4, 5].includes(rating))
      }
    },
  },
})
