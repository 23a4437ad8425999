import { badArgument } from '../../core/errors.ts'
import { type Fields, readFields } from '../../core/fields.ts'
import {
  batchSize,
  type DocumentRunConfig,
  documentRunConfig,
  fraction,
  modelFields,
  type SentenceEvaluation,
  sentenceEvaluation,
} from '../core/run_config.ts'
import { type InverterSources, inverterSources } from '../inverter/config.ts'
import { type Vec2TextSizes, vec2textSizes } from './sizes.ts'

/** What of a pair is trained. */
export const STAGES = ['hypothesizer', 'corrector'] as const

/** Which vectors of an encoder are read. */
export const VECTORS = ['whole', 'headless'] as const

/** A training run of a model of vec2text, complete. Plain JSON; where a key is read, a line says what it is. */
export interface Vec2TextTraining extends DocumentRunConfig, InverterSources {
  readonly stage: 'hypothesizer' | 'corrector'
  readonly vectors: 'whole' | 'headless'
  /** '' in stage hypothesizer. */
  readonly hypothesizer: string
  /** '' for a model that begins anew. */
  readonly from: string
  /** '' for those that go with what is trained. */
  readonly tokenizer: string
  /** Those that were given. */
  readonly model: Partial<Vec2TextSizes>
  readonly batch: {
    readonly texts: number
    readonly cut: number
  }
  readonly dropout: number
  readonly labelSmoothing: number
  readonly evaluation: SentenceEvaluation
}

/**
 * Completes a config of which documents, steps and out are needed, and in stage `corrector` the hypothesizer. Throws VmmError
 * BAD_ARGUMENT that names the key for values that are wrong and keys that do not exist.
 *
 * @example
 * ```js
 * import { vec2textTraining } from 'vector-mamba/train'
 *
 * const config = vec2textTraining({ documents: 'books.jsonl', steps: 1000, out: 'run' })
 * console.log(config.stage, config.batch.texts, config.schedule.learningRate) // hypothesizer 128 0.0002
 * ```
 */
export function vec2textTraining(json: unknown): Vec2TextTraining {
  return readFields(json, readVec2TextTraining)
}

export function readVec2TextTraining(fields: Fields): Vec2TextTraining {
  const run = documentRunConfig(fields, { learningRate: 2e-4 })
  const batch = fields.object('batch')
  const training: Vec2TextTraining = {
    ...run,
    stage: fields.choice(
      'stage',
      'hypothesizer',
      STAGES,
      'What is trained: `hypothesizer`, which writes a text for a vector, or then `corrector`, which reads that text and its vector as well.',
    ),
    vectors: fields.choice(
      'vectors',
      'whole',
      VECTORS,
      'Which vectors of the encoder are read: `headless` those of a published one as it pools them, without its Dense layers and at their own length, as the original reads gtr-t5-base.',
    ),
    hypothesizer: fields.text(
      'hypothesizer',
      '',
      'In stage `corrector`: the hypothesizer whose texts are corrected, its folder or a repository that was downloaded.',
    ),
    from: fields.text(
      'from',
      '',
      'A model that training goes on with, its sizes and weights: a folder or a repository that was downloaded, of the same stage or the other, of which T5 is taken alone, or of T5 itself. Of `model` it may be given what that does not have.',
    ),
    tokenizer: fields.text(
      'tokenizer',
      '',
      "A folder with T5's tokenizer.json or spiece.model, or a repository with it that was downloaded. Left out: that of the hypothesizer, or of `from`, or else the vocabulary of the default encoder.",
    ),
    model: modelFields(fields, [], vec2textSizes, {
      width:
        "Width of T5's residual stream. In stage `corrector` sizes that are left out are those of the hypothesizer.",
      layers: "Layers of T5's encoder.",
      decoderLayers: "Layers of T5's decoder.",
      heads: 'Attention heads of a layer.',
      headWidth: 'Width of a head.',
      ffn: "Hidden units of a layer's feed-forward part.",
      bottleneck: 'Hidden units of what unfolds a vector into rows; 0 for as many as the vector is long.',
      repeats: 'Rows that a vector unfolds into.',
      maxTokens: 'Tokens of a text at most, its end included.',
    }),
    ...inverterSources(fields),
    batch: {
      texts: batch.whole('texts', 128, batchSize, 'Texts of a batch.'),
      cut: batch.number('cut', 0, fraction, 'How often a text that would fit is cut at a clause.'),
    },
    dropout: fields.number(
      'dropout',
      0.1,
      { least: 0, most: 0.9 },
      'Share of the numbers that are zero by chance, anew in every batch: of what unfolds vectors, and of what the layers add.',
    ),
    labelSmoothing: fields.number(
      'labelSmoothing',
      0,
      fraction,
      'Share of the target that is spread over all tokens.',
    ),
    evaluation: sentenceEvaluation(fields),
  }
  const { stage, hypothesizer, model } = training
  if (stage === 'corrector' && hypothesizer === '')
    throw badArgument('hypothesizer', 'nothing', 'the folder of a hypothesizer, whose texts are corrected')
  if (stage === 'hypothesizer' && hypothesizer !== '')
    throw badArgument('hypothesizer', JSON.stringify(hypothesizer), 'nothing: it is for stage corrector')
  if (stage === 'corrector' && model.maxTokens !== undefined)
    throw badArgument('model.maxTokens', String(model.maxTokens), 'nothing: it is that of the hypothesizer')
  return training
}
