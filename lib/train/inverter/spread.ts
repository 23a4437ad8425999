import type { Encoder } from '../../core/encoder.ts'
import { evenlySpread } from '../../core/evenly.ts'
import { solvePositive } from '../../evaluate/baselines/cholesky.ts'
import type { SentenceSpread } from '../../models/inverter/likeness.ts'

/** Sentences that are looked at. */
const ENOUGH = 16_384
const BLOCK = 256
/** Directions in which sentences differ less than this count no more than those in which they do. */
const LEAST_DEVIATION = 0.02

/**
 * How the vectors of some texts spread: their mean, and the inverse of covariance + LEAST_DEVIATION² · I. Throws the
 * signal's reason.
 */
export async function sentenceSpread(
  texts: readonly string[],
  encoder: Encoder,
  signal: AbortSignal | undefined,
): Promise<SentenceSpread> {
  const { dims } = encoder
  const some = evenlySpread(texts, ENOUGH)
  const sums = new Float64Array(dims)
  const products = new Float64Array(dims * dims)
  for (let first = 0; first < some.length; first += BLOCK) {
    const { vectors } = await encoder.encode(some.slice(first, first + BLOCK), { signal })
    for (let r = 0; r < vectors.count; r++) addProducts(sums, products, vectors.row(r))
  }
  const n = Math.max(1, some.length)
  for (let i = 0; i < dims; i++)
    for (let j = 0; j <= i; j++) {
      const floor = i === j ? LEAST_DEVIATION ** 2 : 0
      products[i * dims + j] = products[i * dims + j]! / n - (sums[i]! / n) * (sums[j]! / n) + floor
    }
  const identity = new Float64Array(dims * dims)
  for (let i = 0; i < dims; i++) identity[i * dims + i] = 1
  const precision = await solvePositive(products, identity, dims, signal)
  return { mean: Float32Array.from(sums, (sum) => sum / n), precision: Float32Array.from(precision) }
}

/** Of the products, those below and on the diagonal. */
function addProducts(sums: Float64Array, products: Float64Array, row: Float32Array): void {
  const dims = row.length
  for (let i = 0; i < dims; i++) {
    const x = row[i]!
    sums[i]! += x
    for (let j = 0; j <= i; j++) products[i * dims + j]! += x * row[j]!
  }
}
