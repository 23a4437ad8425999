import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { mutualInformation, routingReport } from '../../lib/evaluate/routing.ts'
import { randomNumbers } from '../../lib/ops/random_numbers.ts'
import { refusal } from '../concepts/domains/points.ts'

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

test('experts that follow the groups stand out from the shuffled control', () => {
  const groups = Array.from({ length: 300 }, (_, i) => `g${i % 5}`)
  const chosen = Int32Array.from({ length: 600 }, (_, i) => {
    const group = Math.floor(i / 2) % 5
    return i % 2 === 0 ? group : (group + 1) % 8
  })
  const report = routingReport({ experts: 8, chosen, groups })
  near(report.mutualInformation, 1)
  assert.ok(report.shuffled.mean < 0.05)
  assert.ok(report.shuffled.high >= report.shuffled.mean && report.shuffled.high < 0.1)
  near(
    report.load.reduce((a, b) => a + b),
    1,
  )
  near(report.largestLoad, 8 * 0.2)
  assert.equal([report.samples, report.groups], [300, 5])
})

test('random experts do not stand out, and a seed repeats the control', () => {
  const numbers = randomNumbers(4)
  const groups = Array.from({ length: 400 }, () => `g${numbers.below(6)}`)
  const chosen = Int32Array.from({ length: 400 }, () => numbers.below(8))
  const report = routingReport({ experts: 8, chosen, groups }, { seed: 2 })
  assert.ok(report.mutualInformation < 2 * report.shuffled.high)
  assert.ok(report.shuffled.mean > 0)
  assert.equal(routingReport({ experts: 8, chosen, groups }, { seed: 2 }), report)
})

test('all on one expert is a defined result', () => {
  const report = routingReport({
    experts: 4,
    chosen: new Int32Array(6),
    groups: ['a', 'a', 'b', 'b', 'c', 'c'],
  })
  assert.equal(report.load, [1, 0, 0, 0])
  assert.equal([report.mutualInformation, report.shuffled.high, report.largestLoad], [0, 0, 4])
})

test('bad input', async () => {
  for (const [call, message] of [
    [() => routingReport({ experts: 2, chosen: Int32Array.of(), groups: [] }), /no sample/],
    [() => routingReport({ experts: 2, chosen: Int32Array.of(0, 1, 0), groups: ['a', 'b'] }), /3 choices/],
    [() => routingReport({ experts: 2, chosen: Int32Array.of(0, 2), groups: ['a', 'b'] }), /chosen: got 2/],
    [() => mutualInformation([1], [1, 2]), /2 labels; expected 1/],
  ] as const) {
    const error = await refusal(call)
    assert.is(error.code, 'BAD_ARGUMENT')
    assert.match(error.message, message)
  }
})

test.run()
