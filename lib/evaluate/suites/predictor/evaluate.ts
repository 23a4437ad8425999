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

export interface PredictorEvaluation extends Comparison {
  /** Null for a model without a router. */
  readonly routing: RoutingReport | null
}

/**
 * Evaluates a predictor on documents that it was not trained on: contrastive accuracy beside copyLast, contextMean,
 * ridge, denseMamba and randomRouter (those that there are), and what its routing tells of the documents' groups.
 *
 * @throws VmmError SPACE_MISMATCH when model, peers and documents differ; see `comparePredictors`
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
