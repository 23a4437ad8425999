// How the vectors of sentences spread, beside a covariance that is computed anew.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { sentenceSpread } from '../../../lib/train/inverter/spread.ts'
import { bagOfWords, DIMS, vectorOf } from '../../support/bag_of_words.ts'
import { rejects } from '../../support/rejects.ts'

const texts = Array.from({ length: 700 }, (_, i) => `word${i % 41} and word${i % 17} or word${i % 23}`)
const FLOOR = 0.02 ** 2

test('mean, and the inverse of covariance and floor', async () => {
  const { mean, precision } = await sentenceSpread(texts, bagOfWords())
  const vectors = texts.map(vectorOf)
  const average = (of: (v: Float32Array) => number) =>
    vectors.reduce((sum, v) => sum + of(v), 0) / texts.length
  for (let d = 0; d < DIMS; d++) assert.ok(Math.abs(mean[d]! - average((v) => v[d]!)) < 1e-6)
  const covariance = (i: number, j: number) =>
    average((v) => (v[i]! - mean[i]!) * (v[j]! - mean[j]!)) + (i === j ? FLOOR : 0)
  for (const i of [0, 3, DIMS - 1]) {
    const row = Array.from({ length: DIMS }, (_, k) => covariance(i, k))
    for (let j = 0; j < DIMS; j++) {
      const product = row.reduce((sum, x, k) => sum + x * precision[k * DIMS + j]!, 0)
      assert.ok(Math.abs(product - (i === j ? 1 : 0)) < 1e-4, `${i}, ${j}: ${product}`)
    }
  }
})

test('a single sentence has a spread, and so have none', async () => {
  for (const some of [texts.slice(0, 1), []]) {
    const { mean, precision } = await sentenceSpread(some, bagOfWords())
    assert.ok(mean.every(Number.isFinite))
    assert.ok(Math.abs(precision[0]! - 1 / FLOOR) < 1)
  }
})

test('bad input', async () => {
  for (const [call, message] of [
    [() => sentenceSpread('a text' as never, bagOfWords()), /^texts: got .*a text/],
    [() => sentenceSpread([1] as never, bagOfWords()), /^texts: got/],
    [() => sentenceSpread(texts, bagOfWords(), { most: 3 } as never), /^most: no such option/],
  ] as const)
    await rejects(call, 'BAD_ARGUMENT', message)
})

test('an aborted one throws the reason', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  await sentenceSpread(texts, bagOfWords(), { signal }).then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, 'enough'),
  )
})

test.run()
