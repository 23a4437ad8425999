import type { RunOptions } from '../core/run_options.ts'
import { randomNumbers } from '../ops/random_numbers.ts'
import { type Matrix, multiply, transposed } from './multiply.ts'

const MOST_ROUNDS = 200
/** The axes have been found when a round raises what lies along them by less, as a share of the whole. */
const GAINED = 1e-7

/** Directions in which some numbers lie. */
export interface PrincipalAxes {
  /** At right angles and of length 1, f32 [n · count], one a column. */
  readonly axes: Matrix
  /** The share of the sum of squares that lies along them, 0 … 1. */
  readonly share: number
}

/**
 * The directions along which Σ x xᵀ is greatest, all at once: orthogonal iteration from seeded beginnings on the matmul kernel.
 * What they span is what counts: in it they may be turned.
 *
 * @param moments Σ x xᵀ, f64 [n · n]
 */
export async function principalAxes(
  moments: Float64Array,
  n: number,
  count: number,
  seed: number,
  options: RunOptions,
): Promise<PrincipalAxes> {
  let whole = 0
  for (let i = 0; i < n; i++) whole += moments[i * n + i]!
  const scaled: Matrix = { rows: n, columns: n, data: Float32Array.from(moments, (x) => x / (whole || 1)) }
  const numbers = randomNumbers(seed, 0)
  let axes: Matrix = {
    rows: n,
    columns: count,
    data: orthonormal(
      Float64Array.from({ length: n * count }, () => numbers.next() - 0.5),
      n,
      count,
    ),
  }
  let share = 0
  for (let round = 0; round < MOST_ROUNDS; round++) {
    options.signal?.throwIfAborted()
    const next = await multiply(scaled, axes, options)
    const along = trace(await multiply(transposed(axes), next, options))
    axes = { ...axes, data: orthonormal(Float64Array.from(next.data), n, count) }
    if (along - share < GAINED) break
    share = along
  }
  return { axes, share: Math.min(1, share) }
}

function trace({ columns, data }: Matrix): number {
  let sum = 0
  for (let i = 0; i < columns; i++) sum += data[i * columns + i]!
  return sum
}

/** Columns [n · count] made orthonormal by Gram and Schmidt, each twice; one that lies in the others becomes zeros. */
function orthonormal(columns: Float64Array, n: number, count: number): Float32Array {
  const rows = Array.from({ length: count }, (_, c) =>
    Float64Array.from({ length: n }, (_, i) => columns[i * count + c]!),
  )
  for (const [c, row] of rows.entries()) {
    const before = length(row)
    for (const known of [...rows.slice(0, c), ...rows.slice(0, c)]) {
      let product = 0
      for (let i = 0; i < n; i++) product += row[i]! * known[i]!
      for (let i = 0; i < n; i++) row[i]! -= product * known[i]!
    }
    const left = length(row)
    const scale = left > 1e-12 * before ? 1 / left : 0
    for (let i = 0; i < n; i++) row[i]! *= scale
  }
  return Float32Array.from({ length: n * count }, (_, at) => rows[at % count]![Math.floor(at / count)]!)
}

function length(row: Float64Array): number {
  let sum = 0
  for (const x of row) sum += x * x
  return Math.sqrt(sum)
}
