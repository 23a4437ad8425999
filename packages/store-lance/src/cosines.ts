import type { Best } from './best.ts'
import type { VectorRows } from './vector_rows.ts'

/** Queries one after another, each of length 1 or 0. */
export interface Queries {
  readonly data: Float32Array
  readonly dims: number
  readonly count: number
}

/**
 * Offers the cosine of each row to the best of each query, or those of rows that are wanted. LanceDB itself would leave out vectors
 * of zeros, whose cosine is 0, and read all vectors again for each query.
 */
export function offerRows(
  { data, dims, count }: Queries,
  rows: VectorRows,
  best: readonly Best[],
  wanted: ReadonlySet<string> | null = null,
): void {
  for (let row = 0; row < rows.count; row++) {
    const id = () => rows.id(row)
    if (wanted !== null && !wanted.has(id())) continue
    const vector = rows.data.subarray(row * dims, (row + 1) * dims)
    const length = Math.sqrt(dot(vector, vector, 0))
    for (let query = 0; query < count; query++)
      best[query]!.offer(length === 0 ? 0 : dot(vector, data, query * dims) / length, id)
  }
}

function dot(a: Float32Array, b: Float32Array, first: number): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[first + i]!
  return sum
}
