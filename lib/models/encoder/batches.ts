import type { TokenBatch } from '../../text/tokenizers/unigram.ts'

/** Some consecutive texts as packed rows. */
export interface Batch {
  readonly texts: number
  /** i32 [rows] */
  readonly ids: Int32Array
  /** i32 [rows]: index of each token in its text. */
  readonly positions: Int32Array
  /** i32 [sequences + 1], padded with the last offset up to the bucket's sequences. */
  readonly offsets: Int32Array
  readonly bucket: Bucket
}

/** Capacities of a program. */
export interface Bucket {
  readonly rows: number
  readonly sequences: number
}

/** Few sizes, so that few programs are compiled; kernels stop at the live rows, so a loose fit costs nothing. */
export const buckets: readonly Bucket[] = [
  { rows: 32, sequences: 8 },
  { rows: 256, sequences: 64 },
  { rows: 1024, sequences: 256 },
]

/** Cuts tokenised texts into batches that fit the largest bucket, in order. */
export function* packBatches({ ids, offsets }: TokenBatch): Generator<Batch> {
  const texts = offsets.length - 1
  const largest = buckets.at(-1)!
  let first = 0
  while (first < texts) {
    const begin = offsets[first]!
    let last = first + 1
    while (last < texts && last - first < largest.sequences && offsets[last + 1]! - begin <= largest.rows)
      last++
    const rows = offsets[last]! - begin
    const bucket = buckets.find((b) => b.rows >= rows && b.sequences >= last - first)!
    const packed = new Int32Array(bucket.sequences + 1).fill(rows)
    const positions = new Int32Array(rows)
    for (let text = first; text < last; text++) {
      const start = offsets[text]! - begin
      packed[text - first] = start
      for (let i = start; i < offsets[text + 1]! - begin; i++) positions[i] = i - start
    }
    yield { texts: last - first, ids: ids.subarray(begin, begin + rows), positions, offsets: packed, bucket }
    first = last
  }
}
