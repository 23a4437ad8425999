import { lifetime, type Resource } from '../../../core/disposable.ts'
import type { CallOptions } from '../../../core/run_options.ts'
import { readSimilarityConfig, type SimilarityConfig } from '../../../models/similarity/config.ts'
import {
  type LoadedSimilarity,
  type LoadSimilarityOptions,
  loadSimilarity,
} from '../../../models/similarity/load.ts'
import {
  type EvaluationOptions,
  type SimilarityItem,
  type SimilarityReport,
  similarityEvaluator,
} from './evaluate.ts'
import type { PairSource } from './pairs.ts'

/** What an evaluator says of a pair. */
export interface EvaluatorResult extends SimilarityItem {
  readonly similarityScore: {
    readonly cosine: number
    /** (1 + cosine) / 2, 0 to 1 */
    readonly normalizedCosine: number
  }
}

/** An evaluator with a model of its own. Calls load it where `initialize` was not called. */
export interface ConfiguredEvaluator extends Resource<Promise<void>> {
  /** Loads the model, once. Throws as loadSimilarity does; after a failure it may be called again. */
  initialize(): Promise<void>
  /** As evaluateSingle of similarityEvaluator. */
  evaluateSingle(
    groundTruth: string,
    prediction: string,
    id: string | number,
    options?: CallOptions,
  ): Promise<EvaluatorResult>
  /** As evaluateBatch of similarityEvaluator. */
  evaluateBatch(source: PairSource, options?: EvaluationOptions): Promise<SimilarityReport>
}

/**
 * An evaluator of the shape that evaluators of captions have: made of a configuration, initialised, and asked pair by pair.
 *
 * @param config as loadSimilarity takes it: an object, or a file of YAML or JSON
 * @throws VmmError BAD_ARGUMENT naming the key of an object that is wrong
 * @example
 * ```js
 * import { Evaluator } from 'vector-mamba/evaluate'
 *
 * const evaluator = Evaluator({ model: 'use-lite' })
 * await evaluator.initialize()
 * const result = await evaluator.evaluateSingle('A cat sleeps.', 'A cat sleeps.', 'video-1')
 * console.log(result.id, result.similarityScore.normalizedCosine.toFixed(3)) // video-1 1.000
 * await evaluator.dispose()
 * ```
 */
export function Evaluator(
  config: SimilarityConfig | string = {},
  options: LoadSimilarityOptions = {},
): ConfiguredEvaluator {
  if (typeof config !== 'string') readSimilarityConfig(config)
  let loading: Promise<LoadedSimilarity> | null = null
  const { ends, alive } = lifetime('the evaluator was disposed', async () => {
    ;(await loading?.catch(() => null))?.dispose()
  })
  const evaluator = async () => {
    alive()
    loading ??= loadSimilarity(config, options)
    loading.catch(() => {
      loading = null
    })
    return similarityEvaluator(await loading)
  }
  return {
    initialize: async () => {
      await evaluator()
    },
    evaluateSingle: async (...pair) => {
      const item = await (await evaluator()).evaluateSingle(...pair)
      const { cosine, normalisedCosine } = item
      return { ...item, similarityScore: { cosine, normalizedCosine: normalisedCosine } }
    },
    evaluateBatch: async (source, run) => (await evaluator()).evaluateBatch(source, run),
    ...ends,
  }
}
