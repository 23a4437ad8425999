import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { calibrationOf, ratesOf } from '../../../lib/curate/validate/calibration.ts'
import type { Vote } from '../../../lib/curate/validate/claim.ts'
import { binomialTail, watchVotes } from '../../../lib/curate/validate/vote_watch.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'

const vote = (holds: boolean | null, by = 'm'): Vote => ({
  by,
  holds,
  reason: '',
  prompt: 'relation-1',
  sample: 0,
})

test('confidence that is drawn by is calibrated, and one that boasts is not', () => {
  const numbers = randomNumbers(1)
  const judgements = Array.from({ length: 20_000 }, () => ({ confidence: numbers.next() }))
  const holds = judgements.map(({ confidence }) => numbers.next() < confidence)
  const honest = calibrationOf(judgements, holds)
  assert.ok(honest.expectedError < 0.02, String(honest.expectedError))
  // The mean of p(1 - p) over 0 … 1.
  assert.ok(Math.abs(honest.brier - 1 / 6) < 0.01, String(honest.brier))
  const boasting = calibrationOf(
    judgements.map(({ confidence }) => ({ confidence: confidence ** 0.2 })),
    holds,
  )
  assert.ok(boasting.expectedError > 0.25)
  assert.is(
    honest.bins.reduce((sum, { count }) => sum + count, 0),
    20_000,
  )
  assert.throws(() => calibrationOf([], []), /^judgements/)
  assert.throws(() => calibrationOf([{ confidence: 1 }], []), /^holds/)
})

test('error rates are those of the Beta posterior, and votes that do not know are none', () => {
  const known = [true, true, false, false].map((holds) => ({
    claim: { source: 'a', type: 'parent', target: 'b' },
    holds,
  }))
  const votes = [[vote(true), vote(null)], [vote(false)], [vote(false)], [vote(true)]]
  assert.equal(ratesOf(votes, known), { right: 2, wrong: 2, unread: 1, falseYes: 1.5 / 3, falseNo: 1.5 / 3 })
})

test('the binomial tail is that of its definition', () => {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k)
  for (const [most, count, p] of [
    [0, 10, 0.1],
    [3, 12, 0.25],
    [5, 5, 0.5],
  ] as const) {
    let sum = 0
    for (let k = 0; k <= most; k++) sum += choose(count, k) * p ** k * (1 - p) ** (count - k)
    assert.ok(Math.abs(binomialTail(most, count, p) - sum) < 1e-12)
  }
})

test('few votes of one kind are no reason to warn, many are; so are many that cannot be read', () => {
  const warned = (yes: number, no: number, unread = 0) => {
    const watch = watchVotes()
    for (const [holds, count] of [
      [true, yes],
      [false, no],
      [null, unread],
    ] as const)
      watch.add(
        Array.from({ length: count }, () => ({
          votes: [vote(holds), { ...vote(true, 'rule: circle'), prompt: null }],
        })),
      )
    return watch.warnings()
  }
  assert.equal(warned(60, 0), [])
  assert.equal(warned(90, 10), [])
  assert.match(warned(70, 0).join(), /^m says YES to 70 of 70 claims: .* once in [\d,]+ times$/)
  assert.match(warned(1, 200).join(), /^m says NO to 200 of 201 claims/)
  assert.match(warned(1e5, 0).join(), /once in 10\^300 times$/)
  assert.equal(warned(20, 5, 24), [])
  assert.match(warned(5, 5, 30).join(), /^m gives no verdict that can be read on 30 of 40 claims$/)
})

test.run()
