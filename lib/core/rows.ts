/** Blocks of numbers one after another: the same memory where there is one block, else a copy. */
export function joinBlocks(blocks: readonly Float32Array[]): Float32Array {
  if (blocks.length === 1) return blocks[0]!
  const all = new Float32Array(blocks.reduce((n, block) => n + block.length, 0))
  let at = 0
  for (const block of blocks) {
    all.set(block, at)
    at += block.length
  }
  return all
}

/** Some of the rows of [n, dims], in the order asked for: f32 [which · dims]. */
export function pickRows(rows: Float32Array, dims: number, which: Int32Array): Float32Array {
  const picked = new Float32Array(which.length * dims)
  for (const [at, row] of which.entries()) picked.set(rows.subarray(row * dims, (row + 1) * dims), at * dims)
  return picked
}

/** Σ a · b of rows of equal length, in f64, in the order of the elements. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** Σ a[i] · b[j] of rows i and j of [n, dims] each, in f64, in the order of the elements. */
export function dotOfRows(a: Float32Array, i: number, b: Float32Array, j: number, dims: number): number {
  const [left, right] = [i * dims, j * dims]
  let sum = 0
  for (let k = 0; k < dims; k++) sum += a[left + k]! * b[right + k]!
  return sum
}

/** The Euclidean length of a row. */
export function lengthOf(row: Float32Array): number {
  return Math.hypot(...row)
}

/** A copy of a row scaled to length 1; one that cannot be, of zeros or with NaN, is copied as it is. */
export function unitLength(row: Float32Array): Float32Array {
  const length = lengthOf(row)
  return length > 0 ? row.map((x) => x / length) : row.slice()
}
