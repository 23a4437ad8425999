// Vectors are compared where sentences spread alike in all directions.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dot, unitLength } from '../../../lib/core/rows.ts'
import { alike, cosineLikeness, towards, whitenedLikeness } from '../../../lib/models/inverter/likeness.ts'
import { createTensor } from '../../../lib/tensor/device_tensor.ts'
import { weightSet } from '../../../lib/weights/weight_set.ts'
import { noise } from '../../train/tiny_data.ts'

const DIMS = 3
const near = (value: number, expected: number, least = 1e-5) =>
  assert.ok(Math.abs(value - expected) < least, `${value}, not ${expected}`)
const random = (n: number, seed: number) => noise(seed, n).map((u) => u - 0.5)
const vectorsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => unitLength(Float32Array.from(random(DIMS, i + 1))))

/** Sentences whose coordinates are as wide as `deviations` say, around a mean. */
function likenessOf(mean: readonly number[], deviations: readonly number[]) {
  const precision = new Float32Array(DIMS * DIMS)
  for (const [i, deviation] of deviations.entries()) precision[i * DIMS + i] = deviation ** -2
  const tensors = {
    mean: createTensor('f32', [DIMS], Float32Array.from(mean)),
    precision: createTensor('f32', [DIMS, DIMS], precision),
  }
  return whitenedLikeness(DIMS, weightSet(tensors))
}

test('the cosine of what is less the mean, each coordinate by its deviation', async () => {
  const [mean, deviations] = [
    [0.2, -0.1, 0.05],
    [0.5, 0.1, 0.02],
  ] as const
  const likeness = likenessOf(mean, deviations)
  // More than a run takes.
  const vectors = vectorsOf(300)
  const placed = await likeness.place(vectors, {})
  const white = vectors.map((vector) => unitLength(vector.map((x, d) => (x - mean[d]!) / deviations[d]!)))
  for (let i = 1; i < vectors.length; i++) {
    near(alike(placed[i]!, placed[i - 1]!), dot(white[i]!, white[i - 1]!))
    near(alike(placed[i]!, placed[i]!), 1)
  }
  likeness.dispose()
})

test('what leads from one vector to another is the gradient, by finite differences', async () => {
  const likeness = likenessOf([0.1, 0.2, 0.1], [0.4, 0.2, 0.3])
  const step = 1e-2
  for (const kind of [likeness, cosineLikeness]) {
    const [from, to] = vectorsOf(2) as [Float32Array, Float32Array]
    const [placed, wanted] = await kind.place([from, to], {})
    const gradient = towards(placed!, wanted!)
    for (let d = 0; d < DIMS; d++) {
      const moved = [step, -step].map((by) => from.map((x, i) => (i === d ? x + by : x)))
      const known = kind.isWhitened ? moved : moved.map(unitLength)
      const [more, less] = await kind.place(known, {})
      near(gradient[d]!, (alike(more!, wanted!) - alike(less!, wanted!)) / (2 * step), 2e-3)
    }
  }
  likeness.dispose()
})

test('the mean itself is like nothing', async () => {
  const likeness = likenessOf([0.6, 0.8, 0], [1, 1, 1])
  const [mean, other] = await likeness.place([Float32Array.of(0.6, 0.8, 0), Float32Array.of(1, 0, 0)], {})
  assert.is(alike(mean!, other!), 0)
  assert.ok(towards(mean!, other!).every(Number.isFinite))
  likeness.dispose()
})

test.run()
