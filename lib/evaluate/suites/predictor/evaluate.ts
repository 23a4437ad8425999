import { refuseUnknown } from '../../../core/options.ts'
import { requireSameSpace, type Space } from '../../../core/space.ts'
import { type Ridge, ridgePredictor } from '../../baselines/ridge.ts'
import { contextMean, copyLast } from '../../baselines/simple.ts'
import type { Documents, Predicts } from '../../documents.ts'
import { type CompareOptions, type Comparison, comparePredictors } from '../../metrics/compare.ts'
import { type RoutedDocument, type RoutingReport, routingReport } from '../../metrics/routing.ts'
import { type EvaluatedPredictor, following, routeDocument } from './predictor.ts'

/** What a predictor is compared with, beside copying, averaging and its own experts at random. */
export interface Peers {
  readonly ridge?: Ridge | undefined
  /** A predictor of one expert and equal active parameters, trained on the same data. */
  readonly dense?: EvaluatedPredictor | undefined
}

/** A predictor beside its baselines, and its routing. Plain JSON. */
export interface PredictorEvaluation extends Comparison {
  /** Null for a model without a router. */
  readonly routing: RoutingReport | null
}

/**
 * Evaluates a predictor on documents that it was not trained on: contrastive accuracy beside copyLast, contextMean,
 * ridge, denseMamba and randomRouter (those that there are), and what its routing tells of the documents' groups.
 *
 * @throws VmmError SPACE_MISMATCH when model, peers and documents differ; see `comparePredictors`
 * @example
 * ```js
 * import { loadPredictor, predictorConfig, predictorParameters, savePredictor } from 'vector-mamba'
 * import { evaluatePredictor } from 'vector-mamba/evaluate'
 *
 * const config = predictorConfig({ space: 'example-2', dims: 2, dModel: 8, experts: 1, blocks: 1 })
 * const numbers = ({ shape }) => new Float32Array(shape.reduce((a, b) => a * b)).fill(0.1)
 * const parameters = Object.fromEntries(
 *   Object.entries(predictorParameters(config)).map(([name, spec]) => [name, numbers(spec)]),
 * )
 * await savePredictor('tiny', { config, parameters, licence: 'CC0-1.0', trainingData: 'none' })
 * const predictor = await loadPredictor('./tiny')
 * const angles = (...turns) => Float32Array.from(turns.flatMap((turn) => [Math.cos(turn), Math.sin(turn)]))
 * const documents = [
 *   { id: 'slow', group: '', count: 6, vectors: angles(0, 0.5, 1, 1.5, 2, 2.5) },
 *   { id: 'fast', group: '', count: 6, vectors: angles(1, 2, 3, 4, 5, 6) },
 * ]
 * const source = { space: 'example-2', all: () => documents }
 * const { baselines, routing } = await evaluatePredictor(predictor, source, {}, { context: 2, resamples: 100 })
 * console.log(Object.keys(baselines), routing) // [ 'copyLast', 'contextMean' ] null
 * predictor.dispose()
 * ```
 */
export async function evaluatePredictor(
  predictor: EvaluatedPredictor,
  documents: { readonly space: Space; all(): Documents },
  peers: Peers = {},
  options: CompareOptions = {},
): Promise<PredictorEvaluation> {
  refuseUnknown(peers, { ridge: true, dense: true }, 'peers.')
  const { ridge, dense } = peers
  for (const other of [documents, ridge, dense]) if (other) requireSameSpace(predictor, other)
  const { dims, config } = predictor
  const { experts, topK } = config
  const { context: prefix = 8, seed = 0, signal, threads, device } = options
  const routed = experts > 1
  const baselines: Record<string, Predicts> = {
    copyLast,
    contextMean,
    ...(ridge && { ridge: ridgePredictor(ridge) }),
    ...(dense && { denseMamba: following(dense, { prefix }) }),
    ...(routed && { randomRouter: following(predictor, { prefix, routing: 'random', seed }) }),
  }
  const routes: RoutedDocument[] = []
  async function* watched() {
    for await (const document of documents.all()) {
      yield document
      if (routed && document.count > prefix)
        routes.push(await routeDocument(predictor, document, { signal, threads, device }))
    }
  }
  const compared = await comparePredictors(
    watched(),
    dims,
    following(predictor, { prefix }),
    baselines,
    options,
  )
  return { ...compared, routing: routed ? routingReport(routes, { experts, topK, seed }) : null }
}
