import { planSentenceWindows, type SentenceWindowOptions } from '../../data/sentence_windows.ts'
import type { TokenCorpus } from '../../data/token_corpus.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import { tokenInputs } from '../../models/lm/forward.ts'
import { packTokens } from '../../text/packed_tokens.ts'
import type { TrainBatch } from '../core/task.ts'

/** Batches of windows over a corpus. */
export interface LanguageModelBatches {
  readonly inputs: Readonly<Record<string, BindingSpec>>
  readonly perEpoch: number
  batch(number: number): Promise<TrainBatch>
}

/**
 * Inputs of a batch: those of languageModelHidden, and
 *   targets i32 [rows]: the token after each; lossWeights f32 [rows]: 1 / count each.
 * A window of tokens is read as `start` and all of them but the last.
 */
export function languageModelBatches(
  corpus: TokenCorpus,
  start: number,
  options: SentenceWindowOptions,
): LanguageModelBatches {
  const windows = planSentenceWindows(corpus, options)
  const capacity = { rows: options.rows, sequences: windows.most }
  const perRow = { kind: 'input', shape: [options.rows], live: 'rows' } as const
  return {
    perEpoch: windows.perEpoch,
    inputs: {
      ...tokenInputs(capacity),
      targets: { ...perRow, dtype: 'i32' },
      lossWeights: { ...perRow, dtype: 'f32' },
    },
    batch: async (number) => {
      const some = windows.batch(number).map(({ begin, end }) => corpus.ids.subarray(begin, end))
      const { ids, offsets, rows } = packTokens(
        some.map((tokens) => [start, ...tokens.subarray(0, -1)]),
        windows.most,
      )
      const targets = new Int32Array(rows)
      for (const [i, tokens] of some.entries()) targets.set(tokens, offsets[i]!)
      const lossWeights = new Float32Array(rows).fill(1 / rows)
      return { inputs: { ids, offsets, targets, lossWeights }, scalars: { rows }, count: rows }
    },
  }
}
