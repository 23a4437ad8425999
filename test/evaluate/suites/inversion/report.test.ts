import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type InversionCases, inversionReport } from '../../../../lib/evaluate/suites/inversion/report.ts'
import { scoreInversion } from '../../../../lib/evaluate/suites/inversion/score.ts'
import { refusal } from '../../../concepts/domains/points.ts'
import { inversionCase, inversionRun } from './cases.ts'

const fast = { resamples: 50 }
const run = inversionRun(60)

test('a report scores each method, and survives JSON', () => {
  const report = inversionReport(run, { ...fast, seed: 7 })
  const score = (method: keyof InversionCases) => scoreInversion(run.cases[method], { ...fast, seed: 7 })
  assert.is(report.sentences, 60)
  assert.equal(report.beam, score('beam'))
  assert.equal(report.refined, score('refined'))
  assert.equal(report.baselines, { nearest: score('nearest'), noVector: score('noVector') })
  assert.equal([report.human, report.curve], [run.human, run.curve])
  assert.equal(JSON.parse(JSON.stringify(report)), report)
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

test('bad input', async () => {
  const { cases } = run
  const withCases = (some: Partial<InversionCases>) => async () =>
    inversionReport({ ...run, cases: { ...cases, ...some } }, fast)
  const none = { beam: [], refined: [], nearest: [], noVector: [] }
  const other = (first: object) => [inversionCase({ ...cases.beam[0]!, ...first }), ...cases.nearest.slice(1)]
  for (const [call, message] of [
    [withCases(none), /^cases: got none/],
    [withCases({ refined: cases.refined.slice(1) }), /^refined: got 59 cases; expected 60, as beam$/],
    [withCases({ nearest: other({ reference: 'other' }) }), /^nearest\[0\]\.reference: got "other"/],
    [withCases({ nearest: other({ tokens: 99 }) }), /^nearest\[0\]\.tokens: got 99/],
    [async () => inversionReport({ ...run, curve: [] }), /^curve: got no point/],
    [async () => inversionReport({ ...run, curve: [{ calls: -1, cosine: 0 }] }), /^curve: calls: got -1/],
    [
      async () => inversionReport({ ...run, curve: [{ calls: 1, cosine: Number.NaN }] }),
      /^curve: cosine: got NaN/,
    ],
    [async () => inversionReport({ ...run, human: { nll: Number.NaN } }), /^human\.nll: got NaN/],
    [async () => inversionReport(run, { samples: -1 }), /^samples: got -1/],
  ] as const) {
    const error = await refusal(call)
    assert.is(error.code, 'BAD_ARGUMENT')
    assert.match(error.message, message)
  }
})

test.run()
