import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { contextMean, copyLast } from '../../../lib/evaluate/baselines/simple.ts'
import type { Documents, DocumentVectors, Predicts } from '../../../lib/evaluate/documents.ts'
import { bootstrap, quantile } from '../../../lib/evaluate/metrics/bootstrap.ts'
import { type CompareOptions, comparePredictors } from '../../../lib/evaluate/metrics/compare.ts'
import { drawChoices, tally } from '../../../lib/evaluate/metrics/contrast.ts'
import { refusal } from '../../concepts/domains/points.ts'
import { guessing, noiseDocument, perfect, predictorOf } from '../sequences.ts'

const dims = 12
const long = [1, 2, 3, 4].map((seed) => noiseDocument(`d${seed}`, 200 + 50 * seed, dims, seed))
const fast: CompareOptions = { resamples: 100 }

const scoreOf = async (model: Predicts, documents: Documents = long, options = fast) =>
  (await comparePredictors(documents, dims, model, {}, options)).model

test('a perfect predictor gets everything right', async () => {
  const { contrastiveAccuracy, interval, cosine, squaredError } = await scoreOf(perfect)
  assert.is(contrastiveAccuracy, 1)
  assert.equal(interval, [1, 1])
  assert.ok(Math.abs(cosine - 1) < 1e-6)
  assert.ok(squaredError < 1e-5)
})

test('a guess is right as often as chance says', async () => {
  const many = Array.from({ length: 40 }, (_, i) => noiseDocument(`d${i}`, 300, dims, i + 1))
  const compared = await comparePredictors(many, dims, guessing(), {}, fast)
  assert.is(compared.candidates.mean, 64)
  assert.is(compared.candidates.chance, 1 / 64)
  assert.is(compared.positions, 40 * 292)
  const deviation = Math.sqrt((1 / 64) * (63 / 64) * (1 / compared.positions))
  assert.ok(Math.abs(compared.model.contrastiveAccuracy - 1 / 64) < 4 * deviation)
})

test('ties count against the predictor', async () => {
  const equal: DocumentVectors = {
    id: 'e',
    group: '',
    count: 20,
    vectors: new Float32Array(20 * dims).fill(3),
  }
  assert.is((await scoreOf(perfect, [equal])).contrastiveAccuracy, 0)
  const zero = await scoreOf(predictorOf(() => new Float32Array(dims)))
  assert.equal([zero.contrastiveAccuracy, zero.cosine], [0, 0])
})

test('lengths do not matter to the choice', async () => {
  const scaled = predictorOf(({ vectors }, t, d) =>
    vectors.subarray((t + 1) * d, (t + 2) * d).map((x) => 1e-3 * x),
  )
  assert.is((await scoreOf(scaled)).contrastiveAccuracy, 1)
})

test('cosine and squared error by hand', () => {
  const document = { id: 'x', group: '', count: 3, vectors: Float32Array.of(1, 0, 0, 2, 3, 4) }
  const positions = Int32Array.of(0, 1)
  const choices = { positions, others: [Int32Array.of(0, 2), Int32Array.of(0, 1)] }
  // (1, 1) against (0, 2): cosine 1 / sqrt 2, error 2; among (1, 0) and (3, 4) the last is nearer.
  // (3, 3) against (3, 4): cosine 7 / (5 sqrt 2), error 1; nearer than both others.
  const found = tally(document, choices, Float32Array.of(1, 1, 3, 3))
  assert.is(found.correct, 1)
  assert.ok(Math.abs(found.cosine - (1 + 7 / 5) / Math.SQRT2) < 1e-12)
  assert.ok(Math.abs(found.squaredError - 3) < 1e-12)
})

test('candidates are other rows, each once; a short document gives all of them', () => {
  for (const skip of [0, 3, 50])
    for (const count of [12, 30, 500]) {
      const document = noiseDocument('x', count, 1)
      const positions = Int32Array.of(0, 5, count - 2)
      const { others } = drawChoices(document, positions, { candidates: 20, skip, seed: 1 })
      for (const [i, t] of positions.entries()) {
        const gap = Math.min(skip, t + 1)
        assert.is(others[i]!.length, Math.min(19, count - 1 - gap))
        assert.is(new Set(others[i]).size, others[i]!.length)
        for (const row of others[i]!) {
          assert.ok(row >= 0 && row < count && (row > t + 1 || row <= t - gap), `${row} at ${t}`)
        }
      }
    }
})

test('every other row is drawn as often', () => {
  const document = noiseDocument('x', 11, 1)
  const times = new Int32Array(11)
  for (let seed = 0; seed < 2000; seed++)
    for (const row of drawChoices(document, Int32Array.of(4), { candidates: 6, skip: 0, seed }).others[0]!)
      times[row]!++
  assert.is(times[5], 0)
  for (const [row, n] of times.entries()) assert.ok(row === 5 || Math.abs(n - 1000) < 120, `${row}: ${n}`)
})

test('the draw depends on the seed and the document alone', async () => {
  const options = { candidates: 20, skip: 0, seed: 1 }
  const positions = Int32Array.of(9, 10)
  const [a, b] = [long[0]!, long[1]!].map((document) => drawChoices(document, positions, options))
  assert.equal(drawChoices(long[0]!, positions, options), a)
  assert.not.equal(a!.others, b!.others)
  assert.not.equal(drawChoices(long[0]!, positions, { ...options, seed: 2 }).others, a!.others)
  const whole = await comparePredictors(long, dims, guessing(), { copyLast }, fast)
  assert.equal(await comparePredictors(long, dims, guessing(), { copyLast }, fast), whole)
})

test('baselines: the last vector and the mean of the context', async () => {
  const document = { id: 'x', group: '', count: 4, vectors: Float32Array.of(1, 2, 3, 4, 5, 0, 9, 9) }
  const positions = Int32Array.of(0, 2)
  assert.equal([...(await copyLast.predictNext(document, positions, {}))], [1, 2, 5, 0])
  assert.equal([...(await contextMean.predictNext(document, positions, {}))], [1, 2, 3, 2])
})

test('margins are paired: a baseline that is the model itself has none', async () => {
  const { model, baselines } = await comparePredictors(
    long,
    dims,
    predictorOf(({ vectors }, t, d) => vectors.subarray((t + (t % 2)) * d, (t + (t % 2) + 1) * d)),
    { perfect, contextMean },
    fast,
  )
  assert.ok(Math.abs(model.contrastiveAccuracy - 0.5) < 0.02)
  assert.equal(Object.keys(baselines), ['perfect', 'contextMean'])
  const { margin } = baselines.perfect!
  assert.is(margin.accuracy, model.contrastiveAccuracy - 1)
  assert.ok(margin.interval[0] <= margin.accuracy && margin.accuracy <= margin.interval[1])
  const same = await comparePredictors(long, dims, copyLast, { copyLast }, fast)
  assert.equal(same.baselines.copyLast!.margin, { accuracy: 0, interval: [0, 0] })
})

test('the interval of a share is about as wide as theory says', () => {
  const right = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 1 : 0))
  const [interval] = bootstrap(
    400,
    (times) => [right.reduce<number>((sum, x, i) => sum + x * times[i]!, 0) / 400],
    { seed: 3, resamples: 4000 },
  )
  const half = 1.96 * Math.sqrt((0.25 * 0.75) / 400)
  assert.ok(Math.abs(interval![0] - (0.25 - half)) < 0.005)
  assert.ok(Math.abs(interval![1] - (0.25 + half)) < 0.005)
  assert.is(quantile(Float64Array.of(1, 2, 4), 0.75), 3)
})

test('documents that are too short are counted', async () => {
  const documents = [...long, noiseDocument('short', 8, dims), noiseDocument('empty', 0, dims)]
  const compared = await comparePredictors(documents, dims, perfect, {}, fast)
  assert.equal([compared.documents, compared.tooShort], [4, 2])
})

test('bad input', async () => {
  const compare = (documents: Documents, options = {}, model = perfect) =>
    comparePredictors(documents, dims, model, {}, { ...fast, ...options })
  const broken = noiseDocument('broken', 30, dims)
  broken.vectors[3 * dims + 1] = Number.NaN
  for (const [call, message] of [
    [() => compare([]), /documents: got no document; expected at least one with 9 sentences/],
    [() => compare([noiseDocument('one', 1, dims)]), /none of more than 8 sentences/],
    [() => compare([broken]), /document "broken", vector 3: got NaN/],
    [
      () => compare([noiseDocument('x', 30, dims + 1)]),
      /document "x": got 390 numbers; expected 30 rows of 12/,
    ],
    [() => compare(long, { candidates: 1 }), /candidates: got 1/],
    [() => compare(long, { context: 0 }), /context: got 0/],
    [() => compare(long, { seed: 0.5 }), /seed: got 0.5/],
    [
      () =>
        compare(
          long,
          {},
          predictorOf(() => new Float32Array(dims).fill(Number.NaN)),
        ),
      /predictions of document "d1": got NaN or infinity at position 7/,
    ],
    [() => compare(long, {}, { predictNext: async () => new Float32Array(3) }), /got 3 numbers/],
  ] as const) {
    const error = await refusal(call)
    assert.is(error.code, 'BAD_ARGUMENT')
    assert.match(error.message, message)
  }
})

test('an evaluation tells how far it is and can be cancelled', async () => {
  const seen: number[] = []
  const controller = new AbortController()
  const onProgress = (documents: number) => {
    seen.push(documents)
    if (documents === 2) controller.abort(new Error('enough'))
  }
  try {
    await comparePredictors(long, dims, perfect, {}, { ...fast, onProgress, signal: controller.signal })
    assert.unreachable()
  } catch (error) {
    assert.is((error as Error).message, 'enough')
  }
  assert.equal(seen, [1, 2])
})

test.run()
