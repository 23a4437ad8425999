import { check, VmmError } from '../../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../../core/run_options.ts'
import type { SimilarityOptions, TextSimilarity } from '../../../models/similarity/text_similarity.ts'
import {
  type EvaluationPair,
  isId,
  type PairColumns,
  type PairFailure,
  type PairRecord,
  type PairSource,
  readPairs,
} from './pairs.ts'
import { normalisedCosine, type SimilaritySummary, similaritySummary } from './summary.ts'

/** A prediction and the text that it should have been, compared. */
export interface SimilarityItem {
  readonly id: string
  /** -1 to 1 */
  readonly cosine: number
  /** (1 + cosine) / 2, 0 to 1 */
  readonly normalisedCosine: number
  /** Whether one of the texts was cut to the model's capacity in tokens. */
  readonly truncated: boolean
}

/** A pair that was compared, or why one could not be read. */
export type PairOutcome =
  | { readonly item: SimilarityItem; readonly failure: null }
  | { readonly item: null; readonly failure: PairFailure }

/** What a batch gives. */
export interface SimilarityReport {
  /** In the order of the source. */
  readonly items: readonly SimilarityItem[]
  readonly failures: readonly PairFailure[]
  readonly summary: SimilaritySummary
}

/** How a batch is evaluated; `total` of the progress is known where the source is an array. */
export interface EvaluationOptions extends SimilarityOptions {
  readonly columns?: PairColumns | undefined
  /** Whether a pair that cannot be read ends the evaluation. Default false: it is reported, and the others are compared. */
  readonly strict?: boolean | undefined
}

/** Compares predictions with the texts that they should have been. */
export interface SimilarityEvaluator {
  /** One pair. Throws VmmError BAD_ARGUMENT for what is no text or no id; what the encoder throws. */
  evaluateSingle(
    groundTruth: string,
    prediction: string,
    id: string | number,
    options?: CallOptions,
  ): Promise<SimilarityItem>
  /** Pairs one after the other, with bounded memory. Throws as readPairs does, and for what is wrong where it is strict. */
  evaluateEach(source: PairSource, options?: EvaluationOptions): AsyncGenerator<PairOutcome>
  /** All pairs of a source, and what they come to. */
  evaluateBatch(source: PairSource, options?: EvaluationOptions): Promise<SimilarityReport>
}

const OPTIONS = {
  ...CALL_OPTIONS,
  onProgress: true,
  columns: true,
  strict: true,
} as const satisfies OptionNames<EvaluationOptions>

/**
 * What compares predictions with the texts that they should have been, by a similarity, which stays the caller's.
 *
 * @example
 * ```js
 * import { loadEncoder, textSimilarity } from 'vector-mamba'
 * import { similarityEvaluator } from 'vector-mamba/evaluate'
 *
 * const model = await loadEncoder('use-lite')
 * const evaluator = similarityEvaluator(textSimilarity(model))
 * const { id, cosine } = await evaluator.evaluateSingle('A cat sleeps.', 'A cat sleeps.', 'video-1')
 * console.log(id, cosine.toFixed(3)) // video-1 1.000
 * const pairs = [
 *   { ground_truth: 'A cat sleeps.', prediction: 'A cat is asleep.', id: 'a' },
 *   { ground_truth: 'A cat sleeps.', prediction: null, id: 'b' },
 * ]
 * const { items, failures } = await evaluator.evaluateBatch(pairs) // or 'pairs.csv', 'pairs.jsonl'
 * console.log(items.length, failures[0].message) // 1 prediction: got null; expected a text
 * model.dispose()
 * ```
 */
export function similarityEvaluator(similarity: TextSimilarity): SimilarityEvaluator {
  const ok = typeof (similarity as Partial<TextSimilarity> | null | undefined)?.computeSimilarities
  check(
    ok === 'function',
    'similarity',
    similarity,
    'a similarity, as loadSimilarity or textSimilarity gives it',
  )
  const evaluateEach = (source: PairSource, options: EvaluationOptions = {}) => {
    refuseUnknown(options, OPTIONS)
    checkRunOptions(options)
    const { strict } = options
    check(strict === undefined || typeof strict === 'boolean', 'strict', strict, 'true or false')
    return outcomes(similarity, source, options)
  }
  return {
    evaluateEach,
    evaluateSingle: async (groundTruth, prediction, id, options = {}) => {
      for (const [name, text] of Object.entries({ groundTruth, prediction }))
        check(typeof text === 'string', name, text, 'a text')
      check(isId(id), 'id', id, 'a text or a number')
      refuseUnknown(options, CALL_OPTIONS)
      const [item] = await compared(similarity, [{ id: String(id), groundTruth, prediction }], options)
      return item!
    },
    evaluateBatch: async (source, options) => {
      const items: SimilarityItem[] = []
      const failures: PairFailure[] = []
      for await (const { item, failure } of evaluateEach(source, options))
        if (failure === null) items.push(item)
        else failures.push(failure)
      return { items, failures, summary: similaritySummary(items, failures.length) }
    },
  }
}

async function compared(
  similarity: TextSimilarity,
  pairs: readonly EvaluationPair[],
  options: SimilarityOptions,
): Promise<SimilarityItem[]> {
  const texts = pairs.map(({ groundTruth, prediction }) => [groundTruth, prediction] as const)
  const { cosines, truncated } = await similarity.computeSimilarities(texts, options)
  const cut = new Set(truncated)
  return pairs.map(({ id }, i) => {
    const cosine = cosines[i]!
    return { id, cosine, normalisedCosine: normalisedCosine(cosine), truncated: cut.has(i) }
  })
}

/** Records that are held at a time. */
const BLOCK = 64

async function* outcomes(
  similarity: TextSimilarity,
  source: PairSource,
  { columns, strict = false, onProgress, ...run }: EvaluationOptions,
): AsyncGenerator<PairOutcome> {
  const total = Array.isArray(source) ? source.length : undefined
  let done = 0
  const evaluate = async (records: readonly PairRecord[]): Promise<PairOutcome[]> => {
    const pairs = records.flatMap(({ pair }) => pair ?? [])
    const items = await compared(similarity, pairs, {
      ...run,
      onProgress: (some) => onProgress?.(done + some, total),
    })
    done += records.length
    if (records.length > pairs.length) onProgress?.(done, total)
    let next = 0
    return records.map(({ failure }) =>
      failure === null ? { item: items[next++]!, failure } : { item: null, failure },
    )
  }
  let block: PairRecord[] = []
  for await (const record of readPairs(source, columns, run.signal)) {
    run.signal?.throwIfAborted()
    if (strict && record.failure !== null) {
      const { where, line, message } = record.failure
      throw new VmmError(line === null ? 'BAD_ARGUMENT' : 'BAD_FILE', `${where}: ${message}`)
    }
    block.push(record)
    if (block.length < BLOCK) continue
    yield* await evaluate(block)
    block = []
  }
  if (block.length > 0) yield* await evaluate(block)
}
