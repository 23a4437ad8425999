import { check } from '../core/errors.ts'
import { constant } from '../graph/trace.ts'
import type { Value } from '../graph/value.ts'
import { embedding, transpose } from '../ops/index.ts'

/** Distances from this one on share the last bucket. */
export const FARTHEST = 128

/**
 * The bucket of a key that is so many places after its query, of T5's relative positions (Raffel et al. 2020, arXiv
 * 1910.10683; mesh_tensorflow's relative_position_bucket, in both directions): half of the buckets are for keys that
 * come after; near distances have one each, farther ones share them by logarithm up to 128.
 */
export function relativeBucket(distance: number, buckets: number): number {
  const half = buckets / 2
  const side = distance > 0 ? half : 0
  const far = Math.abs(distance)
  const exact = half / 2
  if (far < exact) return side + far
  const shared = Math.floor((Math.log(far / exact) / Math.log(FARTHEST / exact)) * (half - exact))
  return side + Math.min(half - 1, exact + shared)
}

/** Throws VmmError BAD_ARGUMENT for a number of buckets that both directions cannot share. */
export function checkBuckets(buckets: number): void {
  const fits = Number.isSafeInteger(buckets) && buckets >= 4 && buckets <= 256 && buckets % 4 === 0
  check(fits, 'config.buckets', buckets, 'a multiple of 4 from 4 to 256')
}

/** The least distance from which on all keys of a side share a bucket. */
function reachOf(buckets: number): number {
  let reach = FARTHEST
  while (relativeBucket(-(reach - 1), buckets) === relativeBucket(-FARTHEST, buckets)) reach--
  return reach
}

/**
 * The bias table of attention from a value for each bucket and head: [heads, 2 · reach + 1], exact at all distances since
 * those beyond the table are as its last one.
 *
 * @param buckets [buckets, heads], a multiple of 4 of them
 */
export function relativeBias(buckets: Value): Value {
  const count = buckets.shape[0]!
  const reach = reachOf(count)
  const width = 2 * reach + 1
  const ids = Array.from({ length: width }, (_, i) => relativeBucket(i - reach, count))
  return transpose(embedding({ table: buckets, ids: constant(buckets, ids, [width], 'i32') }))
}
