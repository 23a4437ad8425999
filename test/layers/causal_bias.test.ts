// T5's buckets of a decoder against transformers' _relative_position_bucket(bidirectional=False, max_distance=128).
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { causalBucket } from '../../lib/layers/causal_bias.ts'

test('buckets begin at the distances at which those of transformers do', () => {
  const firstOf = (buckets: number) => {
    const found: number[] = []
    for (let distance = 0; distance < 300; distance++) {
      const bucket = causalBucket(distance, buckets)
      assert.ok(bucket === found.length - 1 || bucket === found.length, `${distance}`)
      if (bucket === found.length) found.push(distance)
    }
    return found
  }
  const of32 = [
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    ...[16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113],
  ]
  assert.equal(firstOf(32), of32)
  assert.equal(firstOf(8), [0, 1, 2, 3, 4, 10, 23, 54])
})

test('keys that come after share the first bucket', () => {
  for (const distance of [-1, -5, -1000]) assert.is(causalBucket(distance, 32), 0)
})

test.run()
