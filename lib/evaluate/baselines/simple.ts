import { pickRows } from '../../core/rows.ts'
import type { Predicts } from '../documents.ts'

/**
 * Predicts that the last vector comes again.
 *
 * @example
 * ```js
 * import { copyLast } from 'vector-mamba/evaluate'
 *
 * const document = { id: 'a', group: '', count: 3, vectors: Float32Array.from([1, 0, 0, 1, 1, 1]) }
 * const predicted = await copyLast.predictNext(document, Int32Array.from([0, 1]), {})
 * console.log(predicted.join()) // 1,0,0,1
 * ```
 */
export const copyLast: Predicts = {
  predictNext: async ({ count, vectors }, positions) => {
    const dims = vectors.length / count
    return pickRows(vectors, dims, positions)
  },
}

/**
 * Predicts the mean of all vectors so far.
 *
 * @example
 * ```js
 * import { contextMean } from 'vector-mamba/evaluate'
 *
 * const document = { id: 'a', group: '', count: 3, vectors: Float32Array.from([1, 0, 0, 1, 1, 1]) }
 * const predicted = await contextMean.predictNext(document, Int32Array.from([0, 1]), {})
 * console.log(predicted.join()) // 1,0,0.5,0.5
 * ```
 */
export const contextMean: Predicts = {
  predictNext: async ({ count, vectors }, positions) => {
    const dims = vectors.length / count
    const predicted = new Float32Array(positions.length * dims)
    const sum = new Float64Array(dims)
    let row = 0
    for (const [i, t] of positions.entries()) {
      for (; row <= t; row++) for (let d = 0; d < dims; d++) sum[d]! += vectors[row * dims + d]!
      for (let d = 0; d < dims; d++) predicted[i * dims + d] = sum[d]! / (t + 1)
    }
    return predicted
  },
}
