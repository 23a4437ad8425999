// A standardised model computes in coordinates of its own, and nobody outside sees them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { unitLength } from '../../../lib/core/rows.ts'
import { loadPredictor, type PredictorConfig, savePredictor, vectorsFrom } from '../../../lib/index.ts'
import { initialParameters } from '../../../lib/models/predictor/parameters.ts'
import { rawManifest } from '../../io/safetensors/altered.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { difference } from '../../support/values.ts'
import { spread } from '../../train/tiny_data.ts'
import { livelyParameters, type Parameters, runForward, someVectors, tinyConfig } from './support.ts'

const tolerance = 1e-5
const root = temporaryFolder()
const dense = { experts: 1, topK: 1, domains: [] } as const
const plain = tinyConfig(dense)
const standardised = tinyConfig({ ...dense, standardised: true })
const { dims } = plain
const mean = spread(501, [dims], 0, 0.2)
const scale = spread(502, [dims], 0.3, 0.2)

/** The same parameters, with the coordinates of a space. */
const placed = (parameters: Parameters): Parameters => ({
  ...parameters,
  'space.mean': mean,
  'space.scale': scale,
})

test('by itself it reads vectors as any other model does', () => {
  const x = someVectors(9, dims, 3)
  const { 'space.mean': own, 'space.scale': length, ...shared } = initialParameters(standardised, 1)
  assert.equal([own, length], [new Float32Array(dims), new Float32Array(dims).fill(1 / Math.sqrt(dims))])
  assert.equal(shared, initialParameters(plain, 1))
  const parameters = { ...livelyParameters(plain), 'space.mean': own!, 'space.scale': length! }
  const { predicted, expected } = runForward(standardised, parameters, [x])
  const other = runForward(plain, parameters, [x])
  for (const found of [predicted, expected, other.expected])
    assert.is(difference(found, [...other.predicted], tolerance), null)
})

test('it predicts what a model of the standardised vectors does, scaled back', () => {
  const x = someVectors(9, dims, 3)
  const parameters = livelyParameters(plain)
  const within = x.map((v, i) => (v - mean[i % dims]!) / scale[i % dims]! / Math.sqrt(dims))
  const other = runForward(plain, parameters, [within]).predicted
  const { predicted, expected } = runForward(standardised, placed(parameters), [x])
  const back = other.map((v, i) => v * Math.sqrt(dims) * scale[i % dims]!)
  assert.is(difference(predicted, [...back], tolerance), null)
  assert.is(difference(expected, [...back.map((v, i) => v + mean[i % dims]!)], tolerance), null)
})

for (const variant of ['sequence', 'concept'] as const)
  test(`${variant}: it is saved and loaded, followed and continued as in the whole forward pass`, async () => {
    const config = tinyConfig({ variant, standardised: true })
    const parameters = placed(livelyParameters(config))
    const folder = join(root, variant)
    await savePredictor(folder, {
      ...{ config, parameters, dtype: 'f32', licence: 'CC0-1.0', trainingData: 'none' },
    })
    await using predictor = await loadPredictor(folder)
    assert.is(predictor.config.standardised, true)
    const x = someVectors(7, dims, 4)
    const vectors = vectorsFrom(x, dims, config.space)
    const [follow] = await predictor.follow(vectors, { prefix: 7 })
    const forward = runForward(config, parameters, [x])
    assert.is(difference(follow!.predicted, [...forward.predicted], tolerance), null)
    assert.is(difference(follow!.expected, [...forward.expected], tolerance), null)
    const steps = 3
    const { vectors: next } = await predictor.predict(vectors, { steps })
    const whole = Float32Array.from([...x, ...next.toFloat32Array().subarray(0, (steps - 1) * dims)])
    const { expected } = runForward(config, parameters, [whole], [7])
    for (let step = 0; step < steps; step++) {
      const row = (6 + step) * dims
      const unit = unitLength(expected.subarray(row, row + dims))
      assert.is(difference(next.row(step), [...unit], tolerance), null)
    }
  })

test('a bundle that says nothing of it is one that is not, and predicts the same bits', async () => {
  const config = tinyConfig({})
  const folder = join(root, 'old')
  const about = { config, parameters: livelyParameters(config), licence: 'CC0-1.0', trainingData: 'none' }
  await savePredictor(folder, about)
  const x = vectorsFrom(someVectors(7, dims, 4), dims, config.space)
  const followed = async () => {
    await using predictor = await loadPredictor(folder)
    const [follow] = await predictor.follow(x)
    assert.is(follow!.expected, follow!.predicted)
    return { config: predictor.config, predicted: follow!.predicted }
  }
  const before = await followed()
  const weights = readFileSync(join(folder, 'model.safetensors'))
  rawManifest(folder, (json) => {
    const { standardised: _, ...old } = json.config as PredictorConfig
    return { ...json, config: old }
  })
  assert.equal(await followed(), before)
  assert.is(before.config.standardised, false)
  await savePredictor(folder, about)
  assert.ok(readFileSync(join(folder, 'model.safetensors')).equals(weights))
})

test('what are no coordinates is refused', async () => {
  const made = async (change: object) => initialParameters(standardised, 1, null, { mean, scale, ...change })
  const refused = (change: object, message: RegExp) => rejects(() => made(change), 'BAD_ARGUMENT', message)
  await refused({ mean: mean.subarray(1) }, /^mean: got .*; expected 12 numbers$/)
  await refused({ scale: scale.subarray(1) }, /^scale: got .*; expected 12 numbers above 0$/)
  await refused({ scale: new Float32Array(dims) }, /^scale: got .*; expected 12 numbers above 0$/)
  const given = { standardised: 1 } as unknown as Partial<PredictorConfig>
  await rejects(
    async () => tinyConfig(given),
    'BAD_ARGUMENT',
    /^config\.standardised: got 1; expected true or false$/,
  )
})

test.run()
