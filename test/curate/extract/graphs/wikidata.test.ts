import { createWriteStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createGzip } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Candidate } from '../../../../lib/curate/candidates/candidate.ts'
import { wikidataCandidates } from '../../../../lib/curate/extract/graphs/wikidata.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { rejects } from '../../../support/rejects.ts'
import { TWO_ENTITIES_BZ2 } from './two_entities.ts'

const folder = temporaryFolder()

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function all(path: string, language?: string): Promise<Candidate[]> {
  const found: Candidate[] = []
  for await (const candidate of wikidataCandidates(path, { language })) found.push(candidate)
  return found
}

/** A statement about an item, as the dumps have it. */
function claim(property: string, id: string, rank = 'normal') {
  const value = { 'entity-type': 'item', 'numeric-id': Number(id.slice(1)), id }
  const mainsnak = { snaktype: 'value', property, datavalue: { value, type: 'wikibase-entityid' } }
  return { mainsnak, type: 'statement', rank, references: [] }
}

const texts = (language: string, value: string) => ({ [language]: { language, value } })
const DOG = {
  type: 'item',
  id: 'Q144',
  labels: { ...texts('en', 'dog'), ...texts('de', 'Haushund') },
  descriptions: texts('en', 'domestic animal'),
  aliases: {
    en: [
      { language: 'en', value: 'domestic dog' },
      { language: 'en', value: 'dog' },
    ],
  },
  claims: {
    P31: [claim('P31', 'Q55983715')],
    P279: [claim('P279', 'Q39201'), claim('P279', 'Q729', 'deprecated'), claim('P279', 'Q144')],
    P527: [claim('P527', 'Q9103')],
    P461: [{ mainsnak: { snaktype: 'somevalue', property: 'P461' }, rank: 'normal' }],
    P1542: [claim('P1542', 'Q1064904')],
    P18: [{ mainsnak: { snaktype: 'value', datavalue: { value: 'dog.jpg', type: 'string' } } }],
  },
}
const dump = (...entities: readonly unknown[]) =>
  `[\n${entities.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`

test('an item is a candidate with its names, description and relations', async () => {
  const [dog, none] = await all(file('dog.json', dump(DOG, { ...DOG, type: 'property', id: 'P1' })))
  assert.is(none, undefined)
  const { provenance, ...rest } = dog!
  assert.equal(rest, {
    key: 'wikidata:Q144',
    text: 'dog: domestic animal',
    type: 'concept',
    surfaceForms: ['dog', 'domestic dog'],
    score: 0.9,
    relations: [
      { type: 'parent', target: 'wikidata:Q39201', targetIs: 'key', weight: 1 },
      { type: 'parent', target: 'wikidata:Q55983715', targetIs: 'key', weight: 1 },
      { type: 'child', target: 'wikidata:Q9103', targetIs: 'key', weight: 1 },
      { type: 'enables', target: 'wikidata:Q1064904', targetIs: 'key', weight: 1 },
    ],
    code: null,
  })
  assert.equal([provenance.document, provenance.line, provenance.source], ['Q144', 2, 'dog.json'])
  const [german] = await all(join(folder, 'dog.json'), 'de')
  assert.is(german!.text, 'Haushund')
})

test('hostile entities are no candidates, and harm nothing', async () => {
  const odd = [
    {
      ...DOG,
      claims: {
        P31: 'text',
        P279: [null, 7, { mainsnak: [] }, { mainsnak: { datavalue: { value: { id: 3 } } } }],
      },
    },
    { ...DOG, labels: [], id: 'Q2' },
    { ...DOG, labels: { en: { value: 5 } }, id: 'Q3' },
    { ...DOG, id: 'Q4', claims: JSON.parse('{"__proto__": {"P31": 1}}'), aliases: { en: { 0: 1 } } },
  ]
  const found = await all(file('odd.json', dump(...odd)))
  assert.equal(
    found.map(({ key, relations }) => [key, relations.length]),
    [
      ['wikidata:Q144', 0],
      ['wikidata:Q4', 0],
    ],
  )
  await rejects(
    () => all(file('number.json', '[\n7\n]')),
    'BAD_FILE',
    /number\.json: line 2: got 7; expected an entity/,
  )
  await rejects(
    () => all(file('deep.json', `[\n${'['.repeat(9999)}\n]`)),
    'BAD_FILE',
    /deep\.json: line 2: JSON of more/,
  )
})

test('a dump that breaks off gives what came before, and says so', async () => {
  const whole = dump(DOG, { ...DOG, id: 'Q2' })
  const keys: (string | null)[] = []
  const reading = async (path: string) => {
    keys.length = 0
    for await (const { key } of wikidataCandidates(path)) keys.push(key)
  }
  await rejects(
    () => reading(file('cut.json', whole.slice(0, -100))),
    'BAD_FILE',
    /cut\.json: line 3: not JSON: the file may be cut off/,
  )
  assert.equal(keys, ['wikidata:Q144'])
  const lines = whole.split('\n').slice(0, 2).join('\n')
  await rejects(() => reading(file('short.json', lines)), 'BAD_FILE', /short\.json: it ends before/)
  assert.equal(keys, ['wikidata:Q144'])
})

test('bzip2 is read', async () => {
  const found = await all(file('two.json.bz2', TWO_ENTITIES_BZ2))
  assert.equal(
    found.map(({ text }) => text),
    ['universe', 'dog'],
  )
})

test('the memory stays as it is while a long dump is read', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const count = 8000
  const path = join(folder, 'long.json.gz')
  const entities = function* () {
    yield '[\n'
    for (let i = 1; i <= count; i++) {
      const labels = texts('en', `thing ${i}`)
      yield `${JSON.stringify({ ...DOG, id: `Q${i}`, labels, descriptions: texts('en', `the ${i}th`) })},\n`
    }
    yield ']\n'
  }
  await pipeline(Readable.from(entities()), createGzip({ level: 1 }), createWriteStream(path))
  const heaps: number[] = []
  let seen = 0
  for await (const _ of wikidataCandidates(path)) {
    if (++seen % (count / 10) !== 0) continue
    collect()
    heaps.push(process.memoryUsage().heapUsed)
  }
  assert.is(seen, count)
  // The candidates alone are some 8 MB.
  const growth = heaps.at(-1)! - heaps[0]!
  assert.ok(growth < 1 << 20, `${growth} bytes`)
})

test.run()
