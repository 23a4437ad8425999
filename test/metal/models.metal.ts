// Models on the emulated device: tests that hold the CPU to PyTorch's results hold it as well, and the models that ship
// agree with the CPU.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { FAMILIES } from '../../lib/models/families/index.ts'
import { loadModel } from '../../lib/models/load_encoder.ts'
import { loadInverter } from '../../lib/models/load_inverter.ts'
import { loadPredictor } from '../../lib/models/predictor/load.ts'
import { gpuInfo } from '../../lib/runtime/device.ts'
import { trainInverter } from '../../lib/train/inverter/train.ts'
import { trainPredictor } from '../../lib/train/predictor/train.ts'
import { ROOT } from '../../scripts/metal/paths.ts'
import { sampleBundle } from '../models/families/sample_bundle.ts'
import { temporaryFolder } from '../support/folder.ts'
import { emulatedSet, emulatePrograms } from '../support/metal.ts'
import { bookLines, bookTraining } from '../train/tiny_books.ts'
import { tinyEncoder } from '../train/tiny_encoder.ts'
import { sentenceLines, sentenceTraining } from '../train/tiny_sentences.ts'
import { passesOnDevice } from './passes_on_device.ts'

const device = emulatedSet
/** Forward and backward passes and decoding, against PyTorch and against each other. */
const files = [
  'test/models/predictor/forward.test.ts',
  'test/models/predictor/gradients.test.ts',
  'test/models/predictor/predictor.test.ts',
  'test/models/inverter/forward.test.ts',
]

for (const file of files) test(`${file} passes on the device`, () => passesOnDevice(file))

const texts = ['The sea was calm.', 'Nobody had seen the captain since the storm.', 'Yes.']

/** The largest difference of two lists of numbers, against the largest number. */
function apart(actual: Float32Array, expected: Float32Array): number {
  assert.is(actual.length, expected.length)
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0) / scale
}

test('USE-lite, the predictor and the inverter that ship agree with the CPU', async () => {
  emulatePrograms(5)
  const before = gpuInfo()!
  await using encoder = await loadModel('use-lite')
  await using predictor = await loadPredictor(`${ROOT}bundles/predictor`)
  await using inverter = await loadInverter(`${ROOT}bundles/inverter`)

  const { vectors } = await encoder.encode(texts)
  const encoded = await encoder.encode(texts, { device })
  assert.ok(apart(encoded.vectors.toFloat32Array(), vectors.toFloat32Array()) < 1e-3)

  const next = await predictor.predict(vectors, { steps: 2 })
  const predicted = await predictor.predict(vectors, { steps: 2, device })
  assert.ok(apart(predicted.vectors.toFloat32Array(), next.vectors.toFloat32Array()) < 1e-3)

  const options = { beam: 2, refine: 24 }
  const inverted = await inverter.invert(vectors, options)
  const onDevice = await inverter.invert(vectors, { ...options, device })
  for (const [i, { best }] of inverted.entries()) {
    assert.is(onDevice[i]!.best!.text, best!.text)
    assert.ok(Math.abs(onDevice[i]!.best!.logProb - best!.logProb) < 1e-3 * Math.abs(best!.logProb))
  }
  const after = gpuInfo()!
  assert.ok(after.runs > before.runs)
  assert.is(after.takenOver, before.takenOver)
})

for (const family of FAMILIES)
  test(`the sample of ${family.architecture} agrees with the CPU, packed as it is stored`, async () => {
    emulatePrograms(4)
    const before = gpuInfo()!
    await using encoder = await loadModel(await sampleBundle(family, 'bf16'))
    const words = ['the sea', 'here', 'a tern on the water']
    const { vectors } = await encoder.encode(words)
    const encoded = await encoder.encode(words, { device })
    assert.ok(apart(encoded.vectors.toFloat32Array(), vectors.toFloat32Array()) < 1e-3)
    const after = gpuInfo()!
    assert.ok(after.runs > before.runs)
    assert.is(after.takenOver, before.takenOver)
  })

const folder = temporaryFolder()
const loadEncoder = async () => tinyEncoder(16)

/** Losses and gradient norms of the first steps. */
async function firstSteps(
  training: 'predictor' | 'inverter',
  where: 'cpu' | typeof device,
): Promise<number[]> {
  const own = {
    schedule: { learningRate: 0.02, warmup: 1 },
    steps: 3,
    out: `${training}-${where}`,
    evaluation: { every: 0 },
  }
  const options = {
    cacheDir: join(folder, 'cache'),
    folder: join(folder, training),
    loadEncoder,
    device: where,
  }
  mkdirSync(options.folder, { recursive: true })
  const lines = training === 'predictor' ? bookLines : sentenceLines
  writeFileSync(join(options.folder, 'books.jsonl'), lines.join('\n'))
  const told: number[] = []
  const steps =
    training === 'predictor'
      ? trainPredictor({ ...bookTraining, ...own }, options)
      : trainInverter({ ...sentenceTraining, ...own }, options)
  for await (const { losses, gradNorm } of steps) told.push(...Object.values(losses), gradNorm)
  return told
}

for (const training of ['predictor', 'inverter'] as const)
  test(`three steps of training: ${training}`, async () => {
    emulatePrograms(6)
    const before = gpuInfo()!
    const expected = await firstSteps(training, 'cpu')
    const actual = await firstSteps(training, device)
    assert.is(actual.length, expected.length)
    for (const [i, value] of expected.entries())
      assert.ok(
        Math.abs(actual[i]! - value) <= 1e-3 * Math.abs(value),
        `${i}: ${actual[i]}, expected ${value}`,
      )
    const after = gpuInfo()!
    assert.ok(after.runs >= before.runs + 3)
    assert.is(after.takenOver, before.takenOver)
  })

test.run()
