import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type InversionCases, inversionReport } from '../../../../lib/evaluate/suites/inversion/report.ts'
import {
  type InversionCase,
  scoreInversion,
  scoreLanguage,
} from '../../../../lib/evaluate/suites/inversion/score.ts'
import { refusal } from '../../../concepts/domains/points.ts'
import { inversionCase, inversionRun, judgedRun } from './cases.ts'

const fast = { resamples: 50 }
const run = inversionRun(60)

test('a report scores each method, and survives JSON', () => {
  const report = inversionReport(run, { ...fast, seed: 7 })
  const score = (method: keyof InversionCases) => scoreInversion(run.cases[method], { ...fast, seed: 7 })
  assert.is(report.sentences, 60)
  assert.equal(report.beam, score('beam'))
  assert.equal(report.refined, score('refined'))
  assert.equal(report.baselines, { nearest: score('nearest'), noVector: score('noVector') })
  assert.equal(report.curve, run.curve)
  assert.equal([report.human.nll, report.human.nllWithVector], [3.25, 1.5])
  assert.equal(Object.keys(report).includes('kinds'), false)
  assert.equal(JSON.parse(JSON.stringify(report)), report)
})

test('kinds of sentences are scored apart, each as a report of its own would', () => {
  const kindOf = (i: number) => (i % 3 === 0 ? 'news' : 'stories')
  const some = (keep: (i: number) => boolean) => ({
    ...run,
    cases: Object.fromEntries(
      Object.entries(run.cases).map(([method, cases]: [string, readonly InversionCase[]]) => [
        method,
        cases.map((one, i) => ({ ...one, kind: kindOf(i) })).filter((_, i) => keep(i)),
      ]),
    ) as unknown as InversionCases,
    human: run.human.map((one, i) => ({ ...one, nllWithVector: i })).filter((_, i) => keep(i)),
  })
  const { kinds } = inversionReport(
    some(() => true),
    fast,
  )
  assert.equal(
    kinds!.map(({ kind, sentences }) => [kind, sentences]),
    [
      ['news', 20],
      ['stories', 40],
    ],
  )
  for (const { kind, beam, refined, human } of kinds!) {
    const alone = inversionReport(
      some((i) => kindOf(i) === kind),
      fast,
    )
    assert.equal([beam, refined, human], [alone.beam, alone.refined, alone.human])
    assert.is(alone.kinds, undefined)
  }
})

test('language is told where it was measured of all texts', () => {
  const text = { text: 'The ship, the ship of fools.', nll: 3 }
  const near = (value: number | undefined, expected: number) =>
    assert.ok(Math.abs(value! - expected) < 1e-12, `${value}, not ${expected}`)
  const all = scoreLanguage([
    { ...text, judgeNll: 2, unknownWords: 1 },
    { text: "A dog's life.", nll: 5, judgeNll: 4, unknownWords: 1 },
  ])
  near(all.nll, 4)
  near(all.judgeNll, 3)
  near(all.unknownWords, 2 / 9)
  near(all.repetition, 0.5 * (0 / 7))
  near(scoreLanguage([{ ...text, text: 'the ship the ship' }]).repetition, 1 / 3)
  const { judgeNll, unknownWords } = scoreLanguage([{ ...text, judgeNll: 2, unknownWords: 1 }, text])
  assert.equal([judgeNll, unknownWords], [undefined, undefined])
})

test('what the refined texts cost the judge is told beside human text, of all and of each kind', () => {
  const near = (value: number, expected: number, most = 1e-12) =>
    assert.ok(Math.abs(value - expected) < most, `${value}, not ${expected}`)
  const judged = judgedRun(200)
  const { judgeDifference, kinds } = inversionReport(judged, { resamples: 400 })
  near(judgeDifference!.nats, 0.125)
  near(judgeDifference!.share, 0.125 / 2.25)
  // Half of the sentences differ, by 0.25 of 2.25: the mean of 200 has this deviation.
  const half = (1.96 * 0.125) / 2.25 / Math.sqrt(200)
  const [low, high] = judgeDifference!.interval
  near(low, judgeDifference!.share - half, 0.2 * half)
  near(high, judgeDifference!.share + half, 0.2 * half)
  assert.equal(
    kinds!.map(({ kind, judgeDifference }) => [kind, judgeDifference!.nats, judgeDifference!.interval]),
    [
      ['stories', 0, [0, 0]],
      ['news', 0.25, [0.25 / 2.25, 0.25 / 2.25]],
    ],
  )
  // A ratio of means, not a mean of ratios.
  const human = judged.human.map((one, i) => ({ ...one, judgeNll: i % 2 ? 4 : 1 }))
  near(inversionReport({ ...judged, human }, fast).judgeDifference!.share, (2.375 - 2.5) / 2.5)
  const { judgeNll: _, ...unjudged } = human[0]!
  const some = inversionReport({ ...judged, human: [unjudged, ...human.slice(1)] }, fast)
  assert.is(some.judgeDifference, undefined)
  assert.equal(
    some.kinds!.map(({ judgeDifference }) => judgeDifference !== undefined),
    [false, true],
  )
  assert.is(inversionReport(run, fast).judgeDifference, undefined)
})

test('samples are different sentences with their texts, drawn by the seed', () => {
  const { samples } = inversionReport(run, fast)
  assert.is(samples.length, 20)
  assert.is(new Set(samples.map(({ reference }) => reference)).size, 20)
  for (const sample of samples) {
    const place = run.cases.beam.findIndex(({ reference }) => reference === sample.reference)
    for (const method of ['beam', 'refined', 'nearest'] as const) {
      const { text, cosine } = run.cases[method][place]!
      assert.equal(sample[method], { text, cosine })
    }
  }
  assert.equal(inversionReport(run, fast).samples, samples)
  assert.not.equal(inversionReport(run, { ...fast, seed: 1 }).samples, samples)
  assert.is(inversionReport(inversionRun(3), fast).samples.length, 3)
  assert.is(inversionReport(run, { ...fast, samples: 0 }).samples.length, 0)
})

test('where there are kinds, as many samples of each are drawn', () => {
  const { samples } = inversionReport(judgedRun(60), { ...fast, samples: 5 })
  assert.equal(
    samples.map(({ kind }) => kind),
    [...Array(5).fill('stories'), ...Array(5).fill('news')],
  )
  assert.is(new Set(samples.map(({ reference }) => reference)).size, 10)
})

test('the sentences that refinement stayed farthest from are shown, the farthest first', () => {
  const { worst } = inversionReport(run, { ...fast, worst: 4 })
  const order = [...run.cases.refined].sort((a, b) => a.cosine - b.cosine)
  assert.equal(
    worst.map(({ reference, refined }) => [reference, refined.text, refined.cosine]),
    order.slice(0, 4).map(({ reference, text, cosine }) => [reference, text, cosine]),
  )
  assert.is(inversionReport(run, fast).worst.length, 10)
  assert.is(inversionReport(inversionRun(3), fast).worst.length, 3)
})

test('bad input', async () => {
  const { cases } = run
  const withCases = (some: Partial<InversionCases>) => async () =>
    inversionReport({ ...run, cases: { ...cases, ...some } }, fast)
  const withHuman = (some: object) => async () =>
    inversionReport({ ...run, human: run.human.map((one, i) => (i === 1 ? { ...one, ...some } : one)) }, fast)
  const none = { beam: [], refined: [], nearest: [], noVector: [] }
  const other = (first: object) => [inversionCase({ ...cases.beam[0]!, ...first }), ...cases.nearest.slice(1)]
  for (const [call, message] of [
    [async () => inversionReport({ ...run, cases: none, human: [] }), /^cases: got none/],
    [withCases({ refined: cases.refined.slice(1) }), /^refined: got 59 cases; expected 60, as beam$/],
    [withCases({ nearest: other({ reference: 'other' }) }), /^nearest\[0\]\.reference: got "other"/],
    [withCases({ nearest: other({ tokens: 99 }) }), /^nearest\[0\]\.tokens: got 99/],
    [async () => inversionReport({ ...run, curve: [] }), /^curve: got no point/],
    [async () => inversionReport({ ...run, curve: [{ calls: -1, cosine: 0 }] }), /^curve: calls: got -1/],
    [
      async () => inversionReport({ ...run, curve: [{ calls: 1, cosine: Number.NaN }] }),
      /^curve: cosine: got NaN/,
    ],
    [withHuman({ nll: Number.NaN }), /^cases\[1\]\.nll: got NaN/],
    [withHuman({ nllWithVector: Number.NaN }), /^human\[1\]\.nllWithVector: got NaN/],
    [withHuman({ judgeNll: Number.NaN }), /^cases\[1\]\.judgeNll: got NaN/],
    [async () => inversionReport({ ...run, human: [] }, fast), /^human: got 0 cases; expected 60, as beam$/],
    [withCases({ nearest: other({ kind: 'news' }) }), /^nearest\[0\]\.kind: got "news"/],
    [async () => inversionReport(run, { samples: -1 }), /^samples: got -1/],
    [async () => inversionReport(run, { worst: 0.5 }), /^worst: got 0\.5/],
  ] as const) {
    const error = await refusal(call)
    assert.is(error.code, 'BAD_ARGUMENT')
    assert.match(error.message, message)
  }
})

test.run()
