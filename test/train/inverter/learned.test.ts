// A model that is told more begins with all that the inverter has learned, and says the same.
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { inverterConfig } from '../../../lib/models/inverter/config.ts'
import { inverterForward, textInputs } from '../../../lib/models/inverter/forward.ts'
import { packTexts } from '../../../lib/models/inverter/inputs.ts'
import { inverterParameters } from '../../../lib/models/inverter/parameters.ts'
import { saveInverter } from '../../../lib/models/inverter/save.ts'
import { learnedWeights } from '../../../lib/train/inverter/learned.ts'
import { runOnce, valuesFrom } from '../../models/inverter/support.ts'
import { tokens, worldConfig, worldValues } from '../../models/inverter/tiny_world.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { noise } from '../tiny_data.ts'

const folder = join(temporaryFolder(), 'tiny')
await saveInverter(folder, {
  config: worldConfig,
  tokens,
  parameters: worldValues(),
  licence: 'Apache-2.0',
  trainingData: 'none',
})
const learned = (model: typeof worldConfig) =>
  learnedWeights(worldConfig, model, join(folder, 'model.safetensors'))
const base = await learned(worldConfig)

const told = inverterConfig({ ...worldConfig, noiseRange: [0.01, 1], hypothesisLayers: 1 })
const texts = [Int32Array.of(7, 9, 12), Int32Array.of(8)]
const capacity = { rows: 8, texts: texts.length }
const vectors = Float32Array.from(noise(3, texts.length * worldConfig.dims), (u) => u - 0.5)

function logits(config: typeof worldConfig, values: Readonly<Record<string, Float32Array>>, level: number) {
  const { inputs, scalars } = packTexts(config, capacity, texts)
  const { targets: _, ...given } = inputs
  return runOnce(
    inverterParameters(config),
    values,
    textInputs(config, capacity),
    (traced) => inverterForward(config, traced),
    { ...given, vectors, ...(config.noiseRange ? { noise: new Float32Array(2).fill(level) } : {}) },
    { scalars },
  ).logits!
}

test('what is told besides counts nothing at first', async () => {
  const specs = inverterParameters(told)
  const values = { ...valuesFrom(specs, {}), ...(await learned(told)) }
  for (const [name, { length }] of Object.entries(values))
    assert.is(
      length,
      specs[name]!.shape.reduce((a, b) => a * b, 1),
      name,
    )
  const before = logits(worldConfig, base, 0)
  for (const level of [0, 0.5, 1]) {
    const after = logits(told, values, level)
    assert.ok(Math.max(...before.map((x, i) => Math.abs(x - after[i]!))) < 1e-5)
  }
})

test('the parameters that both have are those of the file', async () => {
  const all = await learned(told)
  assert.equal(Object.keys(all), Object.keys(base))
  for (const [name, values] of Object.entries(base))
    if (!name.endsWith('.hidden.weight')) assert.equal(all[name], values)
})

test.run()
