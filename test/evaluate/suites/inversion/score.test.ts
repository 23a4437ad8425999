import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bleu } from '../../../../lib/evaluate/metrics/bleu.ts'
import { type InversionCase, scoreInversion } from '../../../../lib/evaluate/suites/inversion/score.ts'
import { refusal } from '../../../concepts/domains/points.ts'
import { inversionCase } from './cases.ts'

const fast = { resamples: 100 }

test('means by hand', () => {
  const score = scoreInversion(
    [
      inversionCase({ cosine: 0.9, nll: 2, milliseconds: 10 }),
      inversionCase({ text: 'The cat runs off', cosine: 0.5, stopped: false, nll: 5, milliseconds: 30 }),
      inversionCase({ text: '', cosine: -0.2, nll: 8, milliseconds: 20 }),
    ],
    fast,
  )
  const near = (value: number, expected: number) =>
    assert.ok(Math.abs(value - expected) < 1e-12, `${value}, not ${expected}`)
  assert.is(score.count, 3)
  near(score.cosine, 0.4)
  near(score.tokenF1, (1 + (2 * 2) / 8 + 0) / 3)
  near(score.bleu, (100 + bleu('The cat runs off', 'The cat sleeps.')) / 3)
  near(score.exact, 1 / 3)
  near(score.lengthRatio, (1 + 1 + 0) / 3)
  near(score.stops, 2 / 3)
  near(score.distinct2, 5 / 6) // 'The cat' is there twice
  near(score.nll, 5)
  near(score.milliseconds.median, 20)
  near(score.milliseconds.p95, 29)
})

test('cases are counted with those of their length, and empty lengths are left out', () => {
  const cases = [1, 8, 9, 16, 24, 33, 500].map((tokens) => inversionCase({ tokens, cosine: tokens / 1000 }))
  const { byLength } = scoreInversion(cases, fast)
  assert.equal(
    byLength.map(({ tokens, count }) => [tokens, count]),
    [
      [[1, 8], 2],
      [[9, 16], 2],
      [[17, 24], 1],
      [[33, null], 2],
    ],
  )
  assert.equal(
    byLength.map(({ cosine }) => Math.round(cosine * 1e6)),
    [4500, 12500, 24000, 266500],
  )
  const { tokens: _, ...mean } = byLength[2]!
  assert.equal(mean, { count: 1, cosine: 0.024, tokenF1: 1, bleu: mean.bleu, exact: 1, stops: 1 })
})

test('a histogram holds every cosine, those at its ends included', () => {
  const cosines = [-1, -0.01, 0, 0.51, 0.52, 0.5251, 1, 1.0000001]
  const { histogram } = scoreInversion(
    cosines.map((cosine) => inversionCase({ cosine })),
    fast,
  )
  assert.equal(histogram, [
    { cosine: [-1, -0.975], count: 1 },
    { cosine: [-0.025, 0], count: 1 },
    { cosine: [0, 0.025], count: 1 },
    { cosine: [0.5, 0.525], count: 2 },
    { cosine: [0.525, 0.55], count: 1 },
    { cosine: [0.975, 1], count: 2 },
  ])
})

test('the interval is of the mean cosine, and the seed decides it', () => {
  const cases = Array.from({ length: 400 }, (_, i) => inversionCase({ cosine: i % 4 === 0 ? 1 : 0 }))
  const { cosineInterval } = scoreInversion(cases)
  const half = 1.96 * Math.sqrt((0.25 * 0.75) / 400)
  assert.ok(Math.abs(cosineInterval[0] - (0.25 - half)) < 0.006)
  assert.ok(Math.abs(cosineInterval[1] - (0.25 + half)) < 0.006)
  const uneven = Array.from({ length: 20 }, (_, i) => inversionCase({ cosine: Math.sin(i) }))
  const seeded = (seed: number) => scoreInversion(uneven, { ...fast, seed }).cosineInterval
  assert.equal(seeded(1), seeded(1))
  assert.not.equal(seeded(1), seeded(2))
})

test('bad input', async () => {
  const withCase = (some: Partial<InversionCase>) => async () =>
    scoreInversion([inversionCase(), inversionCase(some)], fast)
  for (const [call, message] of [
    [async () => scoreInversion([]), /^cases: got none; expected at least one$/],
    [withCase({ tokens: 0 }), /^cases\[1\]\.tokens: got 0/],
    [withCase({ cosine: Number.NaN }), /^cases\[1\]\.cosine: got NaN; expected -1 … 1$/],
    [withCase({ cosine: 1.1 }), /^cases\[1\]\.cosine: got 1.1/],
    [withCase({ nll: Number.POSITIVE_INFINITY }), /^cases\[1\]\.nll: got Infinity/],
    [withCase({ judgeNll: Number.NaN }), /^cases\[1\]\.judgeNll: got NaN/],
    [withCase({ milliseconds: Number.NaN }), /^cases\[1\]\.milliseconds: got NaN/],
    [withCase({ reference: ' ' }), /^cases\[1\]\.reference: got no word/],
    [async () => scoreInversion([inversionCase()], { seed: -1 }), /^seed: got -1/],
    [async () => scoreInversion([inversionCase()], { resamples: 0 }), /^resamples: got 0/],
  ] as const) {
    const error = await refusal(call)
    assert.is(error.code, 'BAD_ARGUMENT')
    assert.match(error.message, message)
  }
})

test.run()
