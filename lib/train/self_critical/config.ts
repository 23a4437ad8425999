import { check } from '../../core/errors.ts'
import { type Fields, needed, readFields } from '../../core/fields.ts'
import {
  type DocumentRunConfig,
  documentRunConfig,
  fraction,
  type SentenceEvaluation,
  sentenceEvaluation,
} from '../core/run_config.ts'
import { type DecoderLoss, decoderLoss, type InverterSources, inverterSources } from '../inverter/config.ts'

/** How near a text that was written is to its vector. */
export const REWARDS = ['cosine', 'whitened'] as const
/** What the reward of a text is compared with. */
export const BASELINES = ['leave-one-out', 'greedy'] as const

/** A self-critical training run of an inverter, complete. Plain JSON; where a key is read, a line says what it is. */
export interface SelfCriticalTraining extends DocumentRunConfig, InverterSources, DecoderLoss {
  readonly inverter: string
  readonly reward: 'cosine' | 'whitened'
  readonly baseline: 'leave-one-out' | 'greedy'
  /** '' where the inverter itself judges what it writes. */
  readonly judge: string
  readonly judgeWeight: number
  readonly batch: {
    readonly texts: number
    readonly samples: number
    readonly temperature: number
    readonly cut: number
    readonly withoutVector: number
  }
  readonly losses: {
    readonly kl: number
    readonly texts: number
  }
  readonly evaluation: SentenceEvaluation
}

/**
 * Completes a config of which inverter, documents, steps and out are needed. Throws VmmError BAD_ARGUMENT that names the
 * key for values that are wrong and keys that do not exist.
 *
 * @example
 * ```js
 * import { selfCriticalTraining } from 'vector-mamba/train'
 *
 * const given = { documents: 'books.jsonl', inverter: 'run/inverter', steps: 100, out: 'run' }
 * console.log(selfCriticalTraining(given).baseline) // leave-one-out
 * ```
 */
export function selfCriticalTraining(json: unknown): SelfCriticalTraining {
  return readFields(json, readSelfCriticalTraining)
}

export function readSelfCriticalTraining(fields: Fields): SelfCriticalTraining {
  // A step of the size of stage 1 would leave little of the language.
  const run = documentRunConfig(fields, { learningRate: 2e-5 })
  const [batch, losses] = [fields.object('batch'), fields.object('losses')]
  const training: SelfCriticalTraining = {
    ...run,
    ...inverterSources(fields),
    inverter: fields.text(
      'inverter',
      needed('run/inverter'),
      'The inverter that training goes on with, stage 1: a folder, or an installed package.',
    ),
    reward: fields.choice(
      'reward',
      'cosine',
      REWARDS,
      'What a text that is written earns: the cosine of its own vector to the one that it was written for; or the same where sentences spread alike in all directions, for inverters that know how they spread.',
    ),
    baseline: fields.choice(
      'baseline',
      'leave-one-out',
      BASELINES,
      'What a reward is compared with: the mean of the other texts of the same vector, or that of the likeliest text.',
    ),
    judge: fields.text(
      'judge',
      '',
      'A language model that tells in evaluations how natural the texts are: a folder, or an installed package. Left out: the inverter of stage 1 without its vectors.',
    ),
    judgeWeight: fields.number(
      'judgeWeight',
      0.2,
      { least: 0 },
      "An evaluation's `score` is the mean reward of the likeliest texts less this for each nat a token by which the judge finds them less natural than those of stage 1.",
    ),
    batch: {
      texts: batch.whole('texts', 32, { least: 1, most: 4096 }, 'Vectors of a batch.'),
      samples: batch.whole('samples', 4, { least: 1, most: 64 }, 'Texts that are drawn for each vector.'),
      temperature: batch.number(
        'temperature',
        1,
        { least: 0.01, most: 10 },
        'Of what is drawn, and of the probabilities that are learned; lower ones draw likelier texts.',
      ),
      cut: batch.number('cut', 0.15, fraction, 'How often a text that would fit is cut at a clause.'),
      withoutVector: batch.number(
        'withoutVector',
        0.1,
        fraction,
        'How often a true text comes without its vector, as in stage 1; where `losses.texts` counts.',
      ),
    },
    losses: {
      kl: losses.number(
        'kl',
        0.05,
        { least: 0 },
        'What a nat a token costs, by which the decoder differs from that of stage 1 on what it writes.',
      ),
      texts: losses.number(
        'texts',
        0.05,
        { least: 0 },
        'What the loss of stage 1, on the true texts, counts; 0 does without.',
      ),
    },
    ...decoderLoss(fields),
    evaluation: sentenceEvaluation(fields),
  }
  const { samples } = training.batch
  check(
    training.baseline === 'greedy' || samples > 1,
    'batch.samples',
    samples,
    '2 or more with the baseline leave-one-out',
  )
  return training
}
