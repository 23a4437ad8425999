import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { parseJson } from '../../lib/io/json.ts'
import type { Trainable } from '../../lib/train/core/trainable.ts'
import { TRAINABLES } from '../../lib/train/train_model.ts'
import { fuzz } from '../support/fuzz/fuzz.ts'
import { allText } from '../support/fuzz/mutations.ts'
import type { FuzzTarget } from '../support/fuzz/target.ts'

const NAME = 'config.json'

const target = (trainable: Trainable): FuzzTarget => {
  const run = { documents: 'documents.jsonl', out: 'out', ...trainable.sample.config }
  const whole = Object.fromEntries(
    trainable
      .keys()
      .flatMap(({ path, value }) => (path.includes('.') || value === undefined ? [] : [[path, value]])),
  )
  return {
    codes: ['BAD_FILE', 'BAD_ARGUMENT'],
    seeds: () =>
      [run, { ...whole, ...run }].map((config) => ({ [NAME]: Buffer.from(JSON.stringify(config)) })),
    layout: allText,
    read: async (folder) => {
      const json = parseJson(readFileSync(join(folder, NAME), 'utf8'), NAME)
      const { training } = trainable.configure(json, folder)
      assert.ok(training.documents.length > 0 && training.steps >= 1)
      assert.equal(JSON.parse(JSON.stringify(training)), training)
    },
  }
}

await fuzz(
  import.meta.url,
  Object.fromEntries(TRAINABLES.map((trainable) => [`configs of ${trainable.name}s`, target(trainable)])),
)
