import { evenlySpread } from '../../core/evenly.ts'
import { pickRows } from '../../core/rows.ts'
import type { RunOptions } from '../../core/run_options.ts'
import { trustedVectors } from '../../core/vectors.ts'
import type { VectorDocuments } from '../../data/documents/open.ts'
import { comparePredictors } from '../../evaluate/metrics/compare.ts'
import { type RoutedDocument, routingReport } from '../../evaluate/metrics/routing.ts'
import type { PredictorConfig } from '../../models/predictor/config.ts'
import { makePredictor } from '../../models/predictor/predictor.ts'
import type { DeviceTensor } from '../../tensor/device_tensor.ts'
import { weightSet } from '../../weights/weight_set.ts'

export interface EvaluationOptions {
  /** Documents at most: evenly spread over those given. */
  readonly documents: number
  /** Sentences behind each prediction at least; the router sees as many. */
  readonly context: number
}

/**
 * Measures a predictor in training on documents that it does not train on: contrastiveAccuracy (the next sentence
 * among 63 others of its document), cosine, squaredError; with experts also routingInformation (normalised mutual
 * information of expert and group) and largestLoad (of an expert, over its fair share). Null where no document is
 * long enough.
 */
export function predictorEvaluation(
  config: PredictorConfig,
  documents: VectorDocuments,
  indices: readonly number[],
  { documents: most, context }: EvaluationOptions,
):
  | ((parameters: Readonly<Record<string, DeviceTensor>>, run: RunOptions) => Promise<Record<string, number>>)
  | null {
  const usable = indices.filter((i) => documents.documents[i]!.count > context)
  if (usable.length === 0) return null
  const chosen = evenlySpread(usable, most)
  const { dims, space, experts, topK } = config
  return async (parameters, run) => {
    const predictor = makePredictor({
      name: 'a predictor in training',
      fingerprint: '',
      config,
      weights: weightSet(parameters, 'shared'), // they are the trainer's
    })
    const routes: RoutedDocument[] = []
    try {
      const read = async function* () {
        for (const i of chosen) yield await documents.document(i)
      }
      const { model } = await comparePredictors(
        read(),
        dims,
        {
          predictNext: async (document, positions, options) => {
            const vectors = trustedVectors([document.vectors], dims, space)
            const [follow] = await predictor.follow([vectors], { prefix: context, ...options })
            const { predicted, experts: routed } = follow!
            routes.push({ group: document.group, chosen: routed })
            return pickRows(predicted, dims, positions)
          },
        },
        {},
        { context, resamples: 1, signal: run.signal, threads: run.threads, device: run.device },
      )
      const { contrastiveAccuracy, cosine, squaredError } = model
      const measures = { contrastiveAccuracy, cosine, squaredError }
      if (experts === 1) return measures
      const report = routingReport(routes, { experts, topK, shuffles: 1 })
      return {
        ...measures,
        routingInformation: report.mutualInformation,
        largestLoad: report.largestLoad,
      }
    } finally {
      predictor.dispose()
    }
  }
}
