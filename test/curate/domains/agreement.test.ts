import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { labelAgreement } from '../../../lib/curate/domains/agreement.ts'
import { rejects } from '../../support/rejects.ts'

test('kappa is what of the agreement is beyond chance', () => {
  // Cohen's own kind of table: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: 0.7 agree, 0.5 by chance.
  const times = (n: number, a: string, b: string) => Array.from({ length: n }, () => [a, b] as const)
  const pairs = [
    ...times(20, 'y', 'y'),
    ...times(5, 'y', 'n'),
    ...times(10, 'n', 'y'),
    ...times(15, 'n', 'n'),
  ]
  const { count, share, kappa } = labelAgreement(
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
  )
  assert.equal([count, share, kappa!.toFixed(12)], [50, 0.7, (0.4).toFixed(12)])
})

test('who always agrees has 1, who agrees as chance would has 0, and one label only says nothing', () => {
  assert.is(labelAgreement(['a', 'b', 'c'], ['a', 'b', 'c']).kappa, 1)
  assert.is(labelAgreement(['a', 'a', 'b', 'b'], ['a', 'b', 'a', 'b']).kappa, 0)
  assert.is(labelAgreement(['a', 'a'], ['a', 'a']).kappa, null)
  assert.equal(labelAgreement([], []), { count: 0, share: 0, kappa: null })
})

test('lists of two lengths are refused', () =>
  rejects(() => labelAgreement(['a'], []), 'BAD_ARGUMENT', /b: got \[\]; expected 1 labels/))

test.run()
