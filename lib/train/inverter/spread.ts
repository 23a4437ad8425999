import type { Encoder } from '../../core/encoder.ts'
import { check } from '../../core/errors.ts'
import { evenlySpread } from '../../core/evenly.ts'
import { refuseUnknown } from '../../core/options.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { solvePositive } from '../../linear/cholesky.ts'
import type { SentenceSpread } from '../../models/inverter/likeness.ts'

/** Sentences that are looked at. */
const ENOUGH = 16_384
const BLOCK = 256
/** Directions in which sentences differ less than this count no more than those in which they do. */
const LEAST_DEVIATION = 0.02

/**
 * How the vectors of some texts spread, at most 16,384 of them, evenly chosen: their mean, and the inverse of covariance +
 * 0.02² · I. An inverter that is saved with it finds more of a vector's words (see InvertedText.whitened); trainInverter and
 * trainCorrector do so by themselves. After Mahalanobis' distance.
 *
 * @throws VmmError BAD_ARGUMENT for what are no texts; the signal's reason
 * @example
 * ```js
 * import { loadModel } from 'vector-mamba'
 * import { sentenceSpread } from 'vector-mamba/train'
 *
 * const model = await loadModel()
 * const { mean, precision } = await sentenceSpread(['The king found a boat.', 'Nobody came.'], model)
 * console.log(mean.length, precision.length) // 512 262144
 * model.dispose()
 * ```
 */
export async function sentenceSpread(
  texts: readonly string[],
  encoder: Encoder,
  options: Pick<CallOptions, 'signal'> = {},
): Promise<SentenceSpread> {
  refuseUnknown(options, { signal: true })
  const { signal } = options
  const areTexts = Array.isArray(texts) && texts.every((text) => typeof text === 'string')
  check(areTexts, 'texts', texts, 'an array of texts')
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
