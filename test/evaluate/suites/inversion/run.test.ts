import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { refinementCurve } from '../../../../lib/evaluate/suites/inversion/run.ts'

test('the curve begins where all sentences have a text, and has each power of two until the last call', () => {
  const curve = (...points: [calls: number, cosine: number][]) => ({
    curve: points.map(([calls, cosine]) => ({ calls, cosine })),
  })
  const some = [curve([5, 0.2], [9, 0.4], [20, 0.6]), curve([3, 0.8])]
  assert.equal(
    refinementCurve(some).map(({ calls, cosine }) => [calls, cosine.toFixed(2)]),
    [
      [5, '0.50'],
      [8, '0.50'],
      [16, '0.60'],
      [20, '0.70'],
    ],
  )
  assert.equal(refinementCurve([curve([5, 0.5])]), [{ calls: 5, cosine: 0.5 }])
})

test.run()
