import { badArgument } from '../../core/errors.ts'
import { type Fields, needed, readFields } from '../../core/fields.ts'
import {
  type DocumentRunConfig,
  documentRunConfig,
  fraction,
  type SentenceEvaluation,
  sentenceEvaluation,
} from '../core/run_config.ts'
import {
  type DecoderLoss,
  decoderLoss,
  type InverterSources,
  inverterSources,
  type TextBatch,
  textBatch,
} from '../inverter/config.ts'

/** A training run of a corrector, complete. Plain JSON; where a key is read, a line says what it is. */
export interface CorrectorTraining extends DocumentRunConfig, InverterSources, DecoderLoss {
  readonly inverter: string
  readonly hypothesisLayers: number
  readonly blur: number
  readonly batch: TextBatch & {
    readonly drawn: number
    readonly corrupted: number
    readonly temperature: number
    readonly topP: number
  }
  readonly evaluation: SentenceEvaluation
}

/**
 * Completes a config of which inverter, documents, steps and out are needed. Throws VmmError BAD_ARGUMENT that names the
 * key for values that are wrong and keys that do not exist.
 *
 * @example
 * ```js
 * import { correctorTraining } from 'vector-mamba/train'
 *
 * const given = { documents: 'books.jsonl', inverter: 'run/inverter', steps: 1000, out: 'run' }
 * console.log(correctorTraining(given).hypothesisLayers) // 2
 * ```
 */
export function correctorTraining(json: unknown): CorrectorTraining {
  return readFields(json, readCorrectorTraining)
}

export function readCorrectorTraining(fields: Fields): CorrectorTraining {
  const run = documentRunConfig(fields)
  const batch = fields.object('batch')
  const training: CorrectorTraining = {
    ...run,
    ...inverterSources(fields),
    inverter: fields.text(
      'inverter',
      needed('run/inverter'),
      'The inverter that learns to correct its texts: a folder, or an installed package.',
    ),
    hypothesisLayers: fields.whole(
      'hypothesisLayers',
      2,
      { least: 1, most: 512 },
      'Layers that read what was written before, of the width of the decoder.',
    ),
    blur: fields.number(
      'blur',
      0,
      { least: 0, most: 10 },
      'How far vectors are moved at most, the way from one sentence to another, shorter ways more often: the decoder learns to be told how far, so that it can write for vectors that are predicted. `noise` does not count then. 0: as before.',
    ),
    batch: {
      ...textBatch(batch),
      drawn: batch.number(
        'drawn',
        0.5,
        fraction,
        'How often the inverter itself has written before, of the texts with vectors; nothing is there where neither this nor `corrupted` is.',
      ),
      corrupted: batch.number(
        'corrupted',
        0.2,
        fraction,
        'How often the text itself is there, with errors; at most 1 with `drawn`.',
      ),
      temperature: batch.number(
        'temperature',
        0.7,
        { least: 0, most: 10 },
        'Of what the inverter writes; lower ones draw likelier texts.',
      ),
      topP: batch.number(
        'topP',
        0.95,
        { least: 1e-6, most: 1 },
        'Share of the likeliest tokens to draw from.',
      ),
    },
    ...decoderLoss(fields),
    evaluation: sentenceEvaluation(fields),
  }
  const { drawn, corrupted } = training.batch
  if (drawn + corrupted > 1)
    throw badArgument(
      'batch.corrupted',
      String(corrupted),
      `at most ${1 - drawn}, what batch.drawn leaves of 1`,
    )
  return training
}
