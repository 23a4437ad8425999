import { type InverterConfig, inverterConfig } from '../../models/inverter/config.ts'
import { type Fields, fieldsOf } from '../core/fields.ts'
import {
  type DocumentRunConfig,
  documentRunConfig,
  fraction,
  modelFields,
  whole,
} from '../core/run_config.ts'

/** Which texts inverters are trained on, beside the documents. */
export interface InverterSources {
  /** Groups of documents (books, domains) that are kept for tests, whole. */
  readonly heldOut: readonly string[]
  /** Texts of WordNet: see loadConcepts. */
  readonly wordnet: 'none' | 'used' | 'all'
}

/** A training run of an inverter, complete. Plain JSON. */
export interface InverterTraining extends DocumentRunConfig, InverterSources {
  /** Space, dims and tokens follow from the encoder. */
  readonly model: Partial<InverterConfig>
  readonly batch: {
    readonly texts: number
    /** How often a text that would fit is cut, and how often one comes without its vector. */
    readonly cut: number
    readonly withoutVector: number
  }
  /** Length of the random vector that is added to each vector, in the mean. */
  readonly noise: number
  readonly labelSmoothing: number
  readonly evaluation: {
    /** Steps between evaluations; 0 for one at the end alone. */
    readonly every: number
    /** Validation sentences. */
    readonly sentences: number
  }
}

/**
 * Completes a config of which documents, steps and out are needed. Throws VmmError BAD_ARGUMENT that names the key for
 * values that are wrong and keys that do not exist.
 */
export function inverterTraining(json: unknown): InverterTraining {
  const fields = fieldsOf(json)
  const run = documentRunConfig(fields)
  const [batch, evaluation] = (['batch', 'evaluation'] as const).map((key) => fields.object(key)) as [
    Fields,
    Fields,
  ]
  const derived = ['space', 'dims', 'vocabulary', 'start', 'end', 'languageNll'] as const
  const training: InverterTraining = {
    ...run,
    model: modelFields(fields.raw('model') ?? {}, derived, inverterConfig),
    ...inverterSources(fields),
    batch: {
      texts: batch.whole('texts', 160, whole),
      cut: batch.number('cut', 0.15, fraction),
      withoutVector: batch.number('withoutVector', 0.1, fraction),
    },
    noise: fields.number('noise', 0.05, { least: 0 }),
    labelSmoothing: fields.number('labelSmoothing', 0, fraction),
    evaluation: {
      every: evaluation.whole('every', 0, { least: 0 }),
      sentences: evaluation.whole('sentences', 512, whole),
    },
  }
  fields.finish()
  return training
}

export function inverterSources(fields: Fields): InverterSources {
  return {
    heldOut: fields.raw('heldOut') === undefined ? [] : fields.texts('heldOut'),
    wordnet: fields.choice('wordnet', 'none', ['none', 'used', 'all']),
  }
}
