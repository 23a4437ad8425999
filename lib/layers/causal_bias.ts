import { constant } from '../graph/trace.ts'
import type { Value } from '../graph/value.ts'
import { embedding, transpose } from '../ops/index.ts'
import { FARTHEST } from './relative_bias.ts'

/**
 * The bucket of a key that is so many places before its query, of T5's relative positions in a decoder (Raffel et al. 2020,
 * arXiv 1910.10683; mesh_tensorflow's relative_position_bucket, in one direction): the nearer half of the buckets is for one
 * distance each, the others share the farther ones by logarithm up to 128. Keys that come after share bucket 0.
 */
export function causalBucket(before: number, buckets: number): number {
  const far = Math.max(0, before)
  const exact = buckets / 2
  if (far < exact) return far
  const shared = Math.floor((Math.log(far / exact) / Math.log(FARTHEST / exact)) * (buckets - exact))
  return Math.min(buckets - 1, exact + shared)
}

/** The least distance from which on all keys share a bucket. */
function reachOf(buckets: number): number {
  let reach = FARTHEST
  while (reach > 1 && causalBucket(reach - 1, buckets) === causalBucket(FARTHEST, buckets)) reach--
  return reach
}

/**
 * The bias table of a decoder's attention to itself from a value for each bucket and head: [heads, 2 · reach + 1], exact at
 * all distances since those beyond the table are as its last one.
 *
 * @param buckets [buckets, heads], an even number of them
 */
export function causalBias(buckets: Value): Value {
  const count = buckets.shape[0]!
  const reach = reachOf(count)
  const width = 2 * reach + 1
  const ids = Array.from({ length: width }, (_, i) => causalBucket(reach - i, count))
  return transpose(embedding({ table: buckets, ids: constant(buckets, ids, [width], 'i32') }))
}
