import type { TokenBatch } from '../../core/tokenizer.ts'
import { type PackedTokens, packTokens } from '../../text/packed_tokens.ts'

/** Some consecutive texts as packed rows. */
export interface Batch extends PackedTokens {
  readonly texts: number
  readonly bucket: Bucket
}

/** Capacities of a program. */
export interface Bucket {
  readonly rows: number
  readonly sequences: number
}

/** Few sizes, so that few programs are compiled; kernels stop at the live rows, so a loose fit costs nothing. */
const BUCKETS: readonly Bucket[] = [
  { rows: 32, sequences: 8 },
  { rows: 256, sequences: 64 },
  { rows: 1024, sequences: 256 },
]
const LARGEST = BUCKETS.at(-1)!

/** The bucket of a batch. A text that is longer than all of them has one of its own, twice as large as the one before. */
export function bucketOf(rows: number, sequences: number): Bucket {
  const known = BUCKETS.find((b) => b.rows >= rows && b.sequences >= sequences)
  return known ?? { rows: 2 ** Math.ceil(Math.log2(rows)), sequences: BUCKETS[0]!.sequences }
}

/** Cuts tokenised texts into batches that fit the largest bucket, in order; a longer text is a batch by itself. */
export function* packBatches({ ids, offsets }: Pick<TokenBatch, 'ids' | 'offsets'>): Generator<Batch> {
  const texts = offsets.length - 1
  for (let first = 0; first < texts; ) {
    const begin = offsets[first]!
    let last = first + 1
    while (last < texts && last - first < LARGEST.sequences && offsets[last + 1]! - begin <= LARGEST.rows)
      last++
    const bucket = bucketOf(offsets[last]! - begin, last - first)
    const some = Array.from({ length: last - first }, (_, i) =>
      ids.subarray(offsets[first + i]!, offsets[first + i + 1]!),
    )
    yield { ...packTokens(some, bucket.sequences), texts: some.length, bucket }
    first = last
  }
}
