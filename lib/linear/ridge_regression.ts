import { solvePositive } from './cholesky.ts'
import type { PairSums } from './pair_sums.ts'

/** y ≈ x · weight + bias */
export interface LinearMap {
  /** f32 [n · m] */
  readonly weight: Float32Array
  /** f32 [m] */
  readonly bias: Float32Array
}

/**
 * Ridge regression of y on x with a bias that is not penalised: weights of centred numbers, and the bias that undoes the
 * centring. The normal equations are solved in f64.
 *
 * @param lambda is added to the diagonal, as a share of its mean
 * @throws VmmError BAD_ARGUMENT where the equations are singular; the signal's reason
 */
export async function solveRidge(
  { pairs, x, y, xx, xy }: PairSums,
  lambda: number,
  signal: AbortSignal | undefined,
): Promise<LinearMap> {
  const [n, m] = [x.length, y.length]
  const a = new Float64Array(n * n)
  const w = new Float64Array(n * m)
  let trace = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) a[i * n + j] = xx[i * n + j]! - (x[i]! * x[j]!) / pairs
    for (let d = 0; d < m; d++) w[i * m + d] = xy[i * m + d]! - (x[i]! * y[d]!) / pairs
    trace += a[i * n + i]!
  }
  for (let i = 0; i < n; i++) a[i * n + i]! += (lambda * trace) / n
  await solvePositive(a, w, n, signal)
  const bias = Float64Array.from(y, (sum) => sum / pairs)
  for (let i = 0; i < n; i++) for (let d = 0; d < m; d++) bias[d]! -= (x[i]! / pairs) * w[i * m + d]!
  return { weight: Float32Array.from(w), bias: Float32Array.from(bias) }
}
