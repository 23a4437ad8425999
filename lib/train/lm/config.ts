import { type Fields, readFields } from '../../core/fields.ts'
import { type LanguageModelConfig, languageModelConfig } from '../../models/lm/config.ts'
import { type DocumentGroups, documentGroups } from '../core/document_groups.ts'
import {
  batchSize,
  type DocumentRunConfig,
  documentRunConfig,
  modelFields,
  type SentenceEvaluation,
  sentenceEvaluation,
} from '../core/run_config.ts'

/** A training run of a language model, complete. Plain JSON; where a key is read, a line says what it is. */
export interface LanguageModelTraining extends DocumentRunConfig, DocumentGroups {
  /** Tokens follow from the encoder. */
  readonly model: Partial<LanguageModelConfig>
  readonly only: readonly string[]
  readonly batch: {
    readonly rows: number
    readonly window: number
    readonly alone: number
  }
  readonly evaluation: SentenceEvaluation
}

/**
 * Completes a config of which documents, steps and out are needed. Throws VmmError BAD_ARGUMENT that names the key for
 * values that are wrong and keys that do not exist.
 *
 * @example
 * ```js
 * import { languageModelTraining } from 'vector-mamba/train'
 *
 * const config = languageModelTraining({ documents: 'books.jsonl', steps: 1000, out: 'run' })
 * console.log(config.encoder, config.batch.rows, config.batch.window) // use-lite 4096 256
 * ```
 */
export function languageModelTraining(json: unknown): LanguageModelTraining {
  return readFields(json, readLanguageModelTraining)
}

export function readLanguageModelTraining(fields: Fields): LanguageModelTraining {
  const run = documentRunConfig(fields)
  const batch = fields.object('batch')
  return {
    ...run,
    model: modelFields(fields, ['vocabulary', 'start', 'end'], languageModelConfig, {
      dModel: 'Width of the residual stream.',
      blocks: 'Mamba blocks.',
      dState: 'States per channel of the scan.',
      dConv: 'Taps of the causal convolutions, 2 to 16.',
      expand: 'Channels of a block per channel of the stream.',
      dtRank: 'Rank of the projection to time steps. Left out: a sixteenth of `dModel`.',
    }),
    ...documentGroups(fields),
    only: fields.texts(
      'only',
      [],
      'Groups that alone are trained and evaluated on, such as those that other models call `reserved`; none for all.',
    ),
    batch: {
      rows: batch.whole('rows', 4096, batchSize, 'Tokens of a batch at most; `window` or more.'),
      window: batch.whole(
        'window',
        256,
        { least: 2, most: 65_536 },
        'Tokens of a window at most: some sentences of a document, one after the other.',
      ),
      alone: batch.number(
        'alone',
        0.25,
        { least: 0, most: 0.9 },
        'Share of the tokens that are in windows of one sentence, so that the model judges sentences without context.',
      ),
    },
    evaluation: sentenceEvaluation(fields),
  }
}
