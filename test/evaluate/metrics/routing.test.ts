import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { mutualInformation, routingReport } from '../../../lib/evaluate/metrics/routing.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { refusal } from '../../concepts/domains/points.ts'

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`)

test('normalised mutual information by hand', () => {
  near(mutualInformation([0, 0, 1, 1], ['a', 'a', 'b', 'b']), 1)
  near(mutualInformation([0, 0, 1, 1], ['b', 'b', 'a', 'a']), 1)
  near(mutualInformation([0, 0, 1, 1], ['a', 'b', 'a', 'b']), 0)
  assert.is(mutualInformation([0, 0, 0, 0], ['a', 'b', 'c', 'd']), 0)
  assert.is(mutualInformation([0, 0], ['a', 'a']), 0)
  // H(a) = ln 2, H(b) = 2 ln 2, I = ln 2.
  near(mutualInformation([0, 0, 1, 1], [1, 2, 3, 4]), 2 / 3)
  // H(a) = ln 3; H(b) of counts 2, 3, 1; joint counts 2, 2, 1, 1.
  const ha = Math.log(3)
  const hb = -(Math.log(1 / 3) / 3 + Math.log(1 / 2) / 2 + Math.log(1 / 6) / 6)
  const joint = -((2 * Math.log(1 / 3)) / 3 + (2 * Math.log(1 / 6)) / 6)
  near(mutualInformation([1, 1, 2, 2, 3, 3], [1, 1, 2, 2, 2, 3]), (2 * (ha + hb - joint)) / (ha + hb))
})

const options = { experts: 8, topK: 2 }

test('experts that follow the groups stand out from the shuffled control', () => {
  const documents = Array.from({ length: 60 }, (_, d) => ({
    group: `g${d % 5}`,
    chosen: Int32Array.from({ length: 10 }, (_, i) => (d % 5) + (i % 2)),
  }))
  const report = routingReport(documents, options)
  near(report.mutualInformation, 1)
  assert.ok(report.shuffled.mean < 0.25)
  assert.ok(report.shuffled.high >= report.shuffled.mean && report.shuffled.high < 0.3)
  near(
    report.load.reduce((a, b) => a + b),
    1,
  )
  near(report.largestLoad, 8 * 0.2)
  assert.equal([report.samples, report.groups], [300, 5])
})

test('experts that follow the document and not its group do not stand out', () => {
  const numbers = randomNumbers(4)
  const documents = Array.from({ length: 80 }, () => ({
    group: `g${numbers.below(6)}`,
    chosen: new Int32Array(20).fill(numbers.below(8)),
  }))
  const report = routingReport(documents, { ...options, seed: 2 })
  assert.ok(report.mutualInformation < 1.5 * report.shuffled.high)
  assert.ok(report.shuffled.mean > 0.05)
  assert.equal(routingReport(documents, { ...options, seed: 2 }), report)
})

test('all on one expert is a defined result', () => {
  const documents = ['a', 'b', 'c'].map((group) => ({ group, chosen: new Int32Array(2) }))
  const report = routingReport(documents, { experts: 4, topK: 1 })
  assert.equal(report.load, [1, 0, 0, 0])
  assert.equal([report.mutualInformation, report.shuffled.high, report.largestLoad], [0, 0, 4])
})

test('bad input', async () => {
  const chosen = (...experts: number[]) => [{ group: 'a', chosen: Int32Array.from(experts) }]
  for (const [call, message] of [
    [() => routingReport([], options), /no sample/],
    [() => routingReport(chosen(), options), /no sample/],
    [() => routingReport(chosen(0, 1, 0), options), /chosen: got 3 choices; expected a multiple of 2/],
    [() => routingReport(chosen(0, 8), options), /chosen: got 8; expected 0 … 7/],
    [() => routingReport(chosen(0, 1), { ...options, shuffles: 0 }), /shuffles: got 0/],
    ...[-1, 0, 1.5].map(
      (experts) =>
        [
          () => routingReport(chosen(0, 1), { ...options, experts }),
          /experts: got .*; expected a positive/,
        ] as const,
    ),
    ...[0, 0.5, 9].map(
      (topK) =>
        [
          () => routingReport(chosen(0, 1), { ...options, topK }),
          /topK: got .*; expected 1 … 8, the/,
        ] as const,
    ),
    [() => routingReport(chosen(0, 1), { ...options, seed: -1 }), /seed: got -1; expected 0 … 2\^53 - 1/],
    [() => mutualInformation([1], [1, 2]), /2 labels; expected 1/],
  ] as const) {
    const error = await refusal(call)
    assert.is(error.code, 'BAD_ARGUMENT')
    assert.match(error.message, message)
  }
})

test.run()
