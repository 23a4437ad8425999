import type { RunOptions } from '../core/run_options.ts'
import { type Matrix, multiply, transposed } from './multiply.ts'

const MOST_ROUNDS = 100
/** It has been found when a round changes it by less, as a share of its own size. */
const CHANGED = 1e-6

/**
 * The matrix with orthonormal rows or columns that is nearest to M: its polar factor, UVᵀ of M = UΣVᵀ. Newton and Schulz's
 * iteration X ← 1.5 X − 0.5 X XᵀX on the matmul kernel, which brings each singular value to 1; directions in which M has
 * nothing stay empty.
 */
export async function nearestOrthogonal(m: Matrix, options: RunOptions): Promise<Matrix> {
  // The Gram matrix is of the shorter side.
  if (m.rows < m.columns) return transposed(await nearestOrthogonal(transposed(m), options))
  const size = norm(m.data)
  if (size === 0) return m
  let x: Matrix = { ...m, data: m.data.map((value) => value / size) }
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const gram = await multiply(transposed(x), x, options)
    const cubic = (await multiply(x, gram, options)).data
    const next = x.data.map((value, i) => 1.5 * value - 0.5 * cubic[i]!)
    const change = norm(next.map((value, i) => value - x.data[i]!))
    x = { ...m, data: next }
    if (change < CHANGED * norm(next)) break
  }
  return x
}

function norm(values: Float32Array): number {
  let sum = 0
  for (const value of values) sum += value * value
  return Math.sqrt(sum)
}
