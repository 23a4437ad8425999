import { type PredictorConfig, predictorConfig } from '../models/predictor/config.ts'
import { badArgument, VmmError } from '../runtime/errors.ts'
import { type Fields, fieldsOf } from './config.ts'
import { optimiserDefaults } from './optimiser.ts'
import type { PredictorLosses, PredictorNoise } from './predictor_task.ts'
import type { SplitOptions } from './split.ts'
import type { TrainSettings } from './trainer.ts'

/** A training run of a predictor, complete. Plain JSON. */
export interface PredictorTraining extends TrainSettings {
  /** Files of documents, see readDocuments. */
  readonly documents: readonly string[]
  /** The model that makes their vectors. */
  readonly encoder: string
  readonly split: Required<SplitOptions>
  /** Space, dims and domains follow from the encoder and the documents. */
  readonly model: Partial<PredictorConfig>
  /** What the domains are that the router knows by their centroids: see trainingDomains. */
  readonly domains: 'groups' | 'wordnet' | 'none'
  /** Operands of the large products. */
  readonly compute: 'f32' | 'bf16'
  readonly batch: {
    readonly rows: number
    /** Windows of a document that lie side by side: more make more negatives that are hard to tell apart. */
    readonly together: number
    readonly window: number
    readonly minimum: number
    readonly prefix: readonly [least: number, most: number]
  }
  readonly losses: PredictorLosses
  readonly regularisation: PredictorNoise
  readonly evaluation: {
    /** Steps between evaluations; 0 for one at the end alone. */
    readonly every: number
    /** Validation documents, evenly spread; all of them where there are fewer. */
    readonly documents: number
    readonly context: number
  }
  readonly checkpoints: {
    /** Steps between checkpoints; 0 for one at the end alone. */
    readonly every: number
    readonly keep: number
  }
  /** Folder of checkpoints, metrics and the trained bundle. */
  readonly out: string
  /** Of the trained bundle. */
  readonly licence: string
  readonly trainingData: string
}

/**
 * Completes a config of which documents, steps and out are needed. Throws VmmError BAD_ARGUMENT that names the key for
 * values that are wrong and keys that do not exist.
 */
export function predictorTraining(json: unknown): PredictorTraining {
  const fields = fieldsOf(json)
  const whole = { least: 1 }
  const fraction = { least: 0, most: 1 }
  const seed = fields.whole('seed', 0, { least: 0 })
  const steps = fields.whole('steps', undefined, whole)
  const documents = fields.texts('documents')
  const [split, batch, losses, regularisation, optimiser, schedule, evaluation, checkpoints] = (
    [
      'split',
      'batch',
      'losses',
      'regularisation',
      'optimiser',
      'schedule',
      'evaluation',
      'checkpoints',
    ] as const
  ).map((key) => fields.object(key)) as [Fields, Fields, Fields, Fields, Fields, Fields, Fields, Fields]
  const factor = (key: keyof PredictorLosses, fallback: number) => losses.number(key, fallback, { least: 0 })
  const training: PredictorTraining = {
    documents,
    encoder: fields.text('encoder', 'use-lite'),
    split: {
      seed: split.whole('seed', 0, { least: 0 }),
      validation: split.number('validation', 0.05, fraction),
      test: split.number('test', 0.1, fraction),
    },
    model: modelOf(fields.raw('model') ?? {}),
    domains: fields.choice('domains', 'groups', ['groups', 'wordnet', 'none']),
    compute: fields.choice('compute', 'bf16', ['f32', 'bf16']),
    batch: {
      together: batch.whole('together', 1, whole),
      rows: batch.whole('rows', 1024, whole),
      window: batch.whole('window', 64, whole),
      minimum: batch.whole('minimum', 8, { least: 2 }),
      prefix: batch.pair('prefix', [4, 16], whole),
    },
    losses: {
      mse: factor('mse', 0),
      cosine: factor('cosine', 0),
      infoNce: factor('infoNce', 1),
      routing: factor('routing', 0.1),
      loadBalance: factor('loadBalance', 0.01),
      temperature: losses.number('temperature', 0.05, { least: 1e-3, most: 10 }),
      elsewhere: losses.number('elsewhere', 1, { least: 1e-6, most: 1 }),
    },
    regularisation: {
      noise: regularisation.number('noise', 0, { least: 0 }),
      dropout: regularisation.number('dropout', 0, { least: 0, most: 0.9 }),
      routerNoise: regularisation.number('routerNoise', 0, { least: 0 }),
    },
    seed,
    steps,
    accumulate: fields.whole('accumulate', 1, whole),
    optimiser: {
      beta1: optimiser.number('beta1', optimiserDefaults.beta1, { least: 0, most: 0.999999 }),
      beta2: optimiser.number('beta2', optimiserDefaults.beta2, { least: 0, most: 0.999999 }),
      eps: optimiser.number('eps', optimiserDefaults.eps, { least: 1e-30 }),
      weightDecay: optimiser.number('weightDecay', optimiserDefaults.weightDecay, { least: 0 }),
      clip: optimiser.number('clip', optimiserDefaults.clip, { least: 1e-6 }),
    },
    schedule: {
      learningRate: schedule.number('learningRate', 1e-3, { least: 0 }),
      warmup: schedule.whole('warmup', Math.min(100, steps), { least: 0, most: steps }),
      final: schedule.number('final', 0.05, fraction),
    },
    evaluation: {
      every: evaluation.whole('every', 0, { least: 0 }),
      documents: evaluation.whole('documents', 50, whole),
      context: evaluation.whole('context', 8, whole),
    },
    checkpoints: {
      every: checkpoints.whole('every', 0, { least: 0 }),
      keep: checkpoints.whole('keep', 2, whole),
    },
    out: fields.text('out', undefined),
    licence: fields.text('licence', 'Apache-2.0'),
    trainingData: fields.text('trainingData', documents.join(', ')),
  }
  fields.finish()
  const { mse, cosine, infoNce } = training.losses
  if (mse + cosine + infoNce === 0)
    throw badArgument('losses', 'mse, cosine and infoNce of 0', 'one of them to train on')
  return training
}

/** The model's own checks, with the keys as they are here. */
function modelOf(given: unknown): Partial<PredictorConfig> {
  for (const key of ['space', 'dims', 'domains'])
    if (typeof given === 'object' && given !== null && key in given)
      throw badArgument(`model.${key}`, 'a key', 'none: it follows from the encoder and the documents')
  try {
    predictorConfig(given as Partial<PredictorConfig>)
  } catch (error) {
    // Its messages call the object config.
    const { message, argument = 'config' } = error as VmmError
    const at = (text: string) => text.replace(/^config/, 'model')
    throw new VmmError('BAD_ARGUMENT', at(message), { argument: at(argument), cause: error })
  }
  return given as Partial<PredictorConfig>
}
