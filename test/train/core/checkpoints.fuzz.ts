import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { checkpointPath, loadCheckpoint, saveCheckpoint } from '../../../lib/train/core/checkpoints.ts'
import { fuzz } from '../../support/fuzz/fuzz.ts'
import { allText } from '../../support/fuzz/mutations.ts'
import { safetensorsLayout } from '../../support/fuzz/safetensors.ts'

const STEP = 7
const FILES = ['state.safetensors', 'checkpoint.json'] as const
const shapes = { weight: [2, 3], bias: [3], 'm/weight': [2, 3] }
const state = Object.fromEntries(
  Object.entries(shapes).map(([name, shape], k) => [
    name,
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i + k),
  ]),
)
const evaluation = { loss: 0.5, none: Number.NaN }

await fuzz(import.meta.url, {
  checkpoints: {
    codes: ['BAD_FILE', 'NOT_FOUND'],
    seeds: async (folder) => {
      const settings = { seed: 1, optimiser: { beta1: 0.9 } }
      const made = await saveCheckpoint(folder, { step: STEP, settings, state, evaluation }, shapes)
      return [Object.fromEntries(FILES.map((name) => [name, readFileSync(join(made, name))]))]
    },
    layout: (bytes, name) => (name === FILES[0] ? safetensorsLayout(bytes) : allText(bytes)),
    read: async (folder, files) => {
      const path = checkpointPath(folder, STEP)
      mkdirSync(path, { recursive: true })
      for (const [name, bytes] of Object.entries(files)) writeFileSync(join(path, name), bytes)
      const found = await loadCheckpoint(folder, STEP, shapes)
      assert.is(found.step, STEP)
      assert.equal(Object.keys(found.state), Object.keys(shapes))
      for (const [name, values] of Object.entries(found.state)) assert.is(values.length, state[name]!.length)
      for (const value of Object.values(found.evaluation ?? {})) assert.type(value, 'number')
    },
  },
})
