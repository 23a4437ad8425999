import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fitRidge, type Ridge, ridgePredictor } from '../../../lib/evaluate/baselines/ridge.ts'
import { readRidge, writeRidge } from '../../../lib/evaluate/baselines/ridge_file.ts'
import type { DocumentVectors } from '../../../lib/evaluate/documents.ts'
import { comparePredictors } from '../../../lib/evaluate/metrics/compare.ts'
import { writeSafetensors } from '../../../lib/io/safetensors/file.ts'
import { solvePositive } from '../../../lib/linear/cholesky.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { refusal } from '../../concepts/domains/points.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { gaussian, noiseDocument } from '../sequences.ts'

const dims = 3
const target = { space: 'points', dims }

/** Documents where the next vector is a turned sum of the last two, a constant, and noise. */
function linearDocument(id: string, count: number, noise: number, seed: number): DocumentVectors {
  const numbers = randomNumbers(seed)
  const vectors = new Float32Array(count * dims)
  for (let i = 0; i < count * dims; i++) {
    const d = i % dims
    const last = i - d - dims
    vectors[i] =
      i < 2 * dims
        ? gaussian(numbers)
        : 0.6 * vectors[last + ((d + 1) % dims)]! -
          0.3 * vectors[last - dims + d]! +
          1 +
          noise * gaussian(numbers)
  }
  return { id, group: '', count, vectors }
}

const training = Array.from({ length: 30 }, (_, i) => linearDocument(`t${i}`, 120, 0.3, i + 1))
const validation = () => [linearDocument('v', 300, 0.3, 99)]

test('a linear rule is found, with its constant', async () => {
  const ridge = await fitRidge(target, training, validation, { lambdas: [1e-6] })
  for (let row = 0; row < 4 * dims; row++)
    for (let d = 0; d < dims; d++) {
      const expected = row < dims ? (row === (d + 1) % dims ? 0.6 : 0) : row === dims + d ? -0.3 : 0
      assert.ok(Math.abs(ridge.weight[row * dims + d]! - expected) < 0.06, `${row}, ${d}`)
    }
  for (const b of ridge.bias) assert.ok(Math.abs(b - 1) < 0.1)
})

test('the weights solve the normal equations', async () => {
  const lambda = 0.5
  const { weight, bias } = await fitRidge(target, training, validation, { lambdas: [lambda], history: 2 })
  const n = 2 * dims
  const pairs = training.flatMap(({ count, vectors }) =>
    Array.from({ length: count - 2 }, (_, i) => {
      const t = i + 1
      const row = (r: number) => [...vectors.subarray(r * dims, (r + 1) * dims)]
      return { x: [...row(t), ...row(t - 1)], y: row(t + 1) }
    }),
  )
  const mean = Array.from(
    { length: n },
    (_, i) => pairs.reduce((sum, { x }) => sum + x[i]!, 0) / pairs.length,
  )
  const trace = pairs.reduce((sum, { x }) => sum + x.reduce((s, v, i) => s + (v - mean[i]!) ** 2, 0), 0)
  for (let d = 0; d < dims; d++) {
    const residuals = pairs.map(
      ({ x, y }) => y[d]! - bias[d]! - x.reduce((sum, v, i) => sum + v * weight[i * dims + d]!, 0),
    )
    assert.ok(Math.abs(residuals.reduce((a, b) => a + b)) < 1e-3 * pairs.length)
    for (let i = 0; i < n; i++) {
      const slope = pairs.reduce((sum, { x }, p) => sum + (x[i]! - mean[i]!) * residuals[p]!, 0)
      const pull = ((lambda * trace) / n) * weight[i * dims + d]!
      assert.ok(Math.abs(slope - pull) < (1e-5 * trace) / n, `${slope} is not ${pull}`) // products are f32
    }
  }
})

test('a predictor of the rule beats what knows nothing, and one row at a time is the same', async () => {
  const ridge = await fitRidge(target, training, validation)
  const predictor = ridgePredictor(ridge)
  const [document] = validation() as [DocumentVectors]
  const { model } = await comparePredictors([document], dims, predictor, {}, { resamples: 10 })
  assert.ok(model.contrastiveAccuracy > 4 / 64)
  const positions = Int32Array.from({ length: 299 }, (_, i) => i)
  const all = await predictor.predictNext(document, positions, {})
  for (const t of [0, 2, 298])
    assert.equal(
      await predictor.predictNext(document, Int32Array.of(t), { threads: 1 }),
      all.slice(t * dims, (t + 1) * dims),
    )
  assert.ok([...all].every(Number.isFinite))
})

test('the lambda that tells the validation documents best stays', async () => {
  const strong = await fitRidge(target, training, validation, { lambdas: [1e6, 1e-3] })
  assert.is(strong.lambda, 1e-3)
})

test('more pairs than a block, from documents one after another', async () => {
  async function* stream() {
    for (let i = 0; i < 50; i++) yield linearDocument(`s${i}`, 100, 0.1, i + 1)
  }
  const seen: number[] = []
  const options = { lambdas: [1e-6], onProgress: (pairs: number) => seen.push(pairs) }
  const { weight } = await fitRidge(target, stream(), validation, options)
  assert.equal(seen, [2048, 4096, 50 * 96])
  assert.ok(Math.abs(weight[1 * dims + 0]! - 0.6) < 0.05)
})

test('a file keeps what bf16 keeps', async () => {
  const path = join(temporaryFolder(), 'ridge.safetensors')
  const ridge = await fitRidge(target, training, validation, { lambdas: [0.1] })
  await writeRidge(path, ridge)
  const read = await readRidge(path)
  assert.equal({ ...read, weight: null }, { ...ridge, weight: null })
  for (const [i, w] of ridge.weight.entries()) assert.ok(Math.abs(w - read.weight[i]!) <= Math.abs(w) / 256)
  await writeRidge(path, read)
  assert.equal(await readRidge(path), read)
})

test('damaged files', async () => {
  const path = join(temporaryFolder(), 'ridge.safetensors')
  const ridge: Ridge = {
    ...target,
    history: 1,
    lambda: 1,
    weight: new Float32Array(9),
    bias: new Float32Array(3),
  }
  await writeRidge(path, ridge)
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.subarray(0, -4))
  assert.is((await refusal(() => readRidge(path))).code, 'BAD_FILE')
  const nan = Buffer.from(bytes)
  nan.fill(0xff, nan.length - 2)
  writeFileSync(path, nan)
  assert.match((await refusal(() => readRidge(path))).message, /not a ridge regression, or a damaged one/)
  await writeSafetensors(path, [], {})
  assert.is((await refusal(() => readRidge(path))).code, 'BAD_FILE')
  assert.is((await refusal(() => readRidge(`${path}x`))).code, 'NOT_FOUND')
})

test('a system of equations is solved, and one that has no answer refused', async () => {
  const numbers = randomNumbers(6)
  const [n, m] = [70, 5]
  const half = Float64Array.from({ length: n * n }, () => gaussian(numbers))
  const a = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let k = 0; k < n; k++) a[i * n + j]! += half[i * n + k]! * half[j * n + k]!
  const x = Float64Array.from({ length: n * m }, () => gaussian(numbers))
  const b = new Float64Array(n * m)
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) for (let j = 0; j < m; j++) b[i * m + j]! += a[i * n + k]! * x[k * m + j]!
  const found = await solvePositive(a, b, n)
  for (const [i, value] of found.entries()) assert.ok(Math.abs(value - x[i]!) < 1e-6)
  const singular = Float64Array.of(1, 1, 1, 1)
  assert.match(
    (await refusal(() => solvePositive(singular, Float64Array.of(1, 2), 2))).message,
    /larger lambda/,
  )
})

test('bad input', async () => {
  const fit = (documents: readonly DocumentVectors[], options = {}) =>
    fitRidge(target, documents, validation, options)
  for (const [call, message] of [
    [() => fit([]), /no document of more than 4 vectors/],
    [() => fit([noiseDocument('x', 4, dims)]), /no document of more than 4 vectors/],
    [() => fit(training, { history: 0 }), /history: got 0/],
    [() => fit(training, { lambdas: [0] }), /lambdas/],
    [() => fit([noiseDocument('x', 9, 2)]), /document "x"/],
  ] as const) {
    const error = await refusal(call)
    assert.is(error.code, 'BAD_ARGUMENT')
    assert.match(error.message, message)
  }
})

test.run()
