import { badArgument } from '../../core/errors.ts'
import { type Fields, readFields } from '../../core/fields.ts'
import { type InverterConfig, inverterConfig } from '../../models/inverter/config.ts'
import { type DocumentGroups, documentGroups } from '../core/document_groups.ts'
import {
  batchSize,
  type DocumentRunConfig,
  documentRunConfig,
  fraction,
  modelFields,
  type SentenceEvaluation,
  sentenceEvaluation,
} from '../core/run_config.ts'

/** Which texts inverters are trained on, beside the documents. */
export interface InverterSources extends DocumentGroups {
  /** See loadConcepts. */
  readonly wordnet: 'none' | 'used' | 'all'
}

/** The texts of a batch. */
export interface TextBatch {
  readonly texts: number
  readonly cut: number
  readonly withoutVector: number
}

/** What a decoder pays for its tokens. */
export interface DecoderLoss {
  readonly noise: number
  readonly hintLoss: number
  readonly labelSmoothing: number
}

/** A training run of an inverter, complete. Plain JSON; where a key is read, a line says what it is. */
export interface InverterTraining extends DocumentRunConfig, InverterSources, DecoderLoss {
  /** '' for a model that begins anew. */
  readonly from: string
  /** Space, dims and tokens follow from the encoder. */
  readonly model: Partial<InverterConfig>
  readonly batch: TextBatch
  readonly evaluation: SentenceEvaluation
}

/**
 * Completes a config of which documents, steps and out are needed. Throws VmmError BAD_ARGUMENT that names the key for
 * values that are wrong and keys that do not exist.
 *
 * @example
 * ```js
 * import { inverterTraining } from 'vector-mamba/train'
 *
 * const config = inverterTraining({ documents: 'books.jsonl', steps: 1000, out: 'run' })
 * console.log(config.encoder, config.batch.texts, config.noise) // use-lite 160 0.05
 * ```
 */
export function inverterTraining(json: unknown): InverterTraining {
  return readFields(json, readInverterTraining)
}

export function readInverterTraining(fields: Fields): InverterTraining {
  const run = documentRunConfig(fields)
  const derived = [
    'space',
    'dims',
    'vocabulary',
    'start',
    'end',
    'hypothesisLayers',
    'languageNll',
    'postNorm',
  ] as const
  const training: InverterTraining = {
    ...run,
    from: fields.text(
      'from',
      '',
      'An inverter that training goes on with, its sizes and weights: a folder, or an installed package. Of `model` it may be given `noiseRange` alone.',
    ),
    model: modelFields(fields, derived, inverterConfig, {
      capacityTokens: 'Tokens of a text at most.',
      dModel: "Width of the decoder's residual stream.",
      layers: 'Layers of the decoder.',
      heads: 'Attention heads of a layer; a divisor of `dModel`.',
      ffn: "Hidden units of a layer's feed-forward part.",
      scales: 'Memory rows that each scale of the adapter makes of a vector.',
      memoryDims: 'Width of a memory row.',
      adapterHidden: 'Hidden units of the adapter, per scale; 0 for as many as the scale puts out.',
      directUnits:
        'Units of the adapter without a nonlinearity, per scale, beside the hidden ones; 0 for none.',
      preTanh:
        "Whether the adapter also reads what was there before the encoder's last tanh. For encoders that have one, such as use-lite.",
      vectorInTokens: 'Whether the vector is added to each token as well.',
      wordHints: 'Whether what the vector says of words is added to what the decoder says of the next one.',
      noiseRange:
        'Two lengths. Each vector is moved by a length between them, short ones more often, the way from one sentence to another, and the decoder is told how far; `noise` does not count then. `null`: it is not told.',
    }),
    ...inverterSources(fields),
    batch: textBatch(fields.object('batch')),
    ...decoderLoss(fields),
    evaluation: sentenceEvaluation(fields),
  }
  const fixed = Object.keys(training.model).find((key) => key !== 'noiseRange')
  if (training.from !== '' && fixed !== undefined)
    throw badArgument(`model.${fixed}`, 'a key', 'none beside `from`: sizes are those of the inverter')
  return training
}

export function inverterSources(fields: Fields): InverterSources {
  return {
    ...documentGroups(fields),
    wordnet: fields.choice(
      'wordnet',
      'none',
      ['none', 'used', 'all'],
      'Texts of WordNet to train on as well: `used` takes meanings that occur in tagged texts.',
    ),
  }
}

export function textBatch(batch: Fields): TextBatch {
  return {
    texts: batch.whole('texts', 160, batchSize, 'Texts of a batch.'),
    cut: batch.number('cut', 0.15, fraction, 'How often a text that would fit is cut at a clause.'),
    withoutVector: batch.number(
      'withoutVector',
      0.1,
      fraction,
      'How often a text comes without its vector, so that the decoder learns the language alone.',
    ),
  }
}

export function decoderLoss(fields: Fields): DecoderLoss {
  return {
    noise: fields.number(
      'noise',
      0.05,
      { least: 0 },
      'Length of the random vector that is added to each vector, in the mean.',
    ),
    hintLoss: fields.number(
      'hintLoss',
      0.1,
      { least: 0 },
      'With word hints: what the loss of guessing the words of a text, in any order, counts beside that of its tokens.',
    ),
    labelSmoothing: fields.number(
      'labelSmoothing',
      0,
      fraction,
      'Share of the target that is spread over all tokens.',
    ),
  }
}
