import { createHash } from 'node:crypto'
import { refuseUnknown } from '../../../core/options.ts'
import { pickRows } from '../../../core/rows.ts'
import type { CallOptions } from '../../../core/run_options.ts'
import { trustedVectors, type Vectors } from '../../../core/vectors.ts'
import type { Predictor } from '../../../models/predictor/predictor.ts'
import type { DocumentVectors, Predicts } from '../../documents.ts'
import type { RoutedDocument } from '../../metrics/routing.ts'

/** What evaluation needs of a predictor. */
export type EvaluatedPredictor = Pick<Predictor, 'space' | 'dims' | 'config' | 'follow' | 'route'>

/** How a predictor reads documents. */
export interface FollowingOptions {
  /** Concepts that the router of variant `sequence` sees; predictions before the last of them are not fair. */
  readonly prefix: number
  /** `random`: experts are drawn for each document, by the seed and its id. */
  readonly routing?: 'learned' | 'random' | undefined
  readonly seed?: number | undefined
  /** Whether predictions are vectors that can be decoded, not directions for comparing; see Follow. Default false. */
  readonly decodable?: boolean | undefined
}

/**
 * A predictor that reads a document concept by concept.
 *
 * @example
 * ```js
 * import { loadPredictor } from 'vector-mamba'
 * import { following } from 'vector-mamba/evaluate'
 *
 * const predictor = await loadPredictor()
 * const vectors = new Float32Array(3 * predictor.dims).fill(0.01)
 * const document = { id: 'a', group: '', count: 3, vectors }
 * const predicted = await following(predictor, { prefix: 1 }).predictNext(document, Int32Array.from([0, 1]), {})
 * console.log(predicted.length === 2 * predictor.dims) // true
 * predictor.dispose()
 * ```
 */
export function following(predictor: EvaluatedPredictor, options: FollowingOptions): Predicts {
  refuseUnknown(options, { prefix: true, routing: true, seed: true, decodable: true })
  const { prefix, routing = 'learned', seed = 0, decodable = false } = options
  const { dims, config } = predictor
  return {
    blur: config.blur,
    predictNext: async (document, positions, { signal, threads, device }) => {
      const own = createHash('sha256').update(`${seed}\n${document.id}`).digest().readUIntBE(0, 6)
      const run = { prefix, routing, seed: own, signal, threads, device }
      const [read] = await predictor.follow([vectorsOf(predictor, document.vectors)], run)
      return pickRows(decodable ? read!.expected : read!.predicted, dims, positions)
    },
  }
}

/** Concepts of a document that are routed together. */
const WINDOW = 32

/**
 * Where a router sends a document: window by window of 32 concepts. A rest of less than half a window is left out,
 * unless there is nothing else.
 */
export async function routeDocument(
  predictor: EvaluatedPredictor,
  { group, count, vectors }: DocumentVectors,
  options: CallOptions,
): Promise<RoutedDocument> {
  const { dims } = predictor
  const windows: Vectors[] = []
  for (let first = 0; first < count; first += WINDOW) {
    const end = Math.min(first + WINDOW, count)
    if (first === 0 || end - first >= WINDOW / 2)
      windows.push(vectorsOf(predictor, vectors.subarray(first * dims, end * dims)))
  }
  const routes = await predictor.route(windows, options)
  return { group, chosen: Int32Array.from(routes.flatMap((route) => route?.experts ?? [])) }
}

function vectorsOf({ dims, space }: EvaluatedPredictor, rows: Float32Array): Vectors {
  return trustedVectors([rows], dims, space)
}
