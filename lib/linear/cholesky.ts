import { VmmError } from '../core/errors.ts'

/** Rows that are worked on before others get their turn. */
const ROWS = 32

/**
 * Solves A X = B for a symmetric positive definite A, by Cholesky's decomposition in f64. Leaves A untouched. Lets the
 * event loop have its turn every few milliseconds.
 *
 * @param a f64 [n · n]; its lower triangle is read
 * @param b f64 [n · m]; overwritten by X
 * @throws VmmError BAD_ARGUMENT when A is not positive definite; the signal's reason
 */
export async function solvePositive(
  a: Float64Array,
  b: Float64Array,
  n: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const lower = new Float64Array(n * n)
  const m = b.length / n
  for (let i = 0; i < n; i++) {
    if (i % ROWS === 0) await turn(signal)
    for (let j = 0; j <= i; j++) {
      const rest = a[i * n + j]! - dot(lower, i * n, j * n, j)
      if (i !== j) lower[i * n + j] = rest / lower[j * n + j]!
      else if (rest > 0) lower[i * n + i] = Math.sqrt(rest)
      else throw new VmmError('BAD_ARGUMENT', 'the normal equations are singular: use a larger lambda')
    }
  }
  for (let i = 0; i < n; i++) {
    if (i % ROWS === 0) await turn(signal)
    for (let k = 0; k < i; k++) subtract(b, i * m, k * m, m, lower[i * n + k]!)
    divide(b, i * m, m, lower[i * n + i]!)
  }
  for (let i = n - 1; i >= 0; i--) {
    if (i % ROWS === 0) await turn(signal)
    for (let k = i + 1; k < n; k++) subtract(b, i * m, k * m, m, lower[k * n + i]!)
    divide(b, i * m, m, lower[i * n + i]!)
  }
  return b
}

async function turn(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  signal?.throwIfAborted()
}

/** Σ x[from + k] x[start + k] over `length` elements, in four sums that do not wait for each other. */
function dot(x: Float64Array, from: number, start: number, length: number): number {
  const whole = length - (length % 4)
  let [a, b, c, d] = [0, 0, 0, 0]
  for (let k = 0; k < whole; k += 4) {
    a += x[from + k]! * x[start + k]!
    b += x[from + k + 1]! * x[start + k + 1]!
    c += x[from + k + 2]! * x[start + k + 2]!
    d += x[from + k + 3]! * x[start + k + 3]!
  }
  for (let k = whole; k < length; k++) a += x[from + k]! * x[start + k]!
  return a + b + (c + d)
}

function subtract(x: Float64Array, to: number, from: number, length: number, factor: number): void {
  for (let i = 0; i < length; i++) x[to + i]! -= factor * x[from + i]!
}

function divide(x: Float64Array, to: number, length: number, divisor: number): void {
  for (let i = 0; i < length; i++) x[to + i]! /= divisor
}
