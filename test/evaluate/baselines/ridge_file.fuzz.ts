import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { ridgePredictor } from '../../../lib/evaluate/baselines/ridge.ts'
import { readRidge, writeRidge } from '../../../lib/evaluate/baselines/ridge_file.ts'
import { fuzz } from '../../support/fuzz/fuzz.ts'
import { safetensorsLayout } from '../../support/fuzz/safetensors.ts'

const NAME = 'ridge.safetensors'
const [dims, history] = [3, 2]

await fuzz(import.meta.url, {
  'files of ridge regressions': {
    seeds: async (folder) => {
      const path = join(folder, NAME)
      const weight = Float32Array.from({ length: history * dims * dims }, (_, i) => i / 8)
      const bias = Float32Array.of(1, 2, 3)
      await writeRidge(path, { space: 'tiny-3', dims, history, lambda: 0.5, weight, bias })
      return [{ [NAME]: readFileSync(path) }]
    },
    layout: safetensorsLayout,
    read: async (folder, files, good) => {
      const ridge = await readRidge(join(folder, NAME))
      assert.is(ridge.weight.length, ridge.history * ridge.dims ** 2)
      assert.is(ridge.bias.length, ridge.dims)
      assert.ok([...ridge.weight, ...ridge.bias, ridge.lambda].every(Number.isFinite))
      assert.ok(ridgePredictor(ridge))
      if (good && good[NAME]!.length === files[NAME]!.length)
        assert.equal([ridge.dims, ridge.history], [dims, history])
    },
  },
})
