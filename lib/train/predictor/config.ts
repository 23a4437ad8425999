import { badArgument } from '../../core/errors.ts'
import { type PredictorConfig, predictorConfig } from '../../models/predictor/config.ts'
import { type Fields, fieldsOf } from '../core/fields.ts'
import { type DocumentRunConfig, documentRunConfig, modelFields, whole } from '../core/run_config.ts'
import type { PredictorLosses, PredictorNoise } from './task.ts'

/** A training run of a predictor, complete. Plain JSON. */
export interface PredictorTraining extends DocumentRunConfig {
  /** Space, dims and domains follow from the encoder and the documents. */
  readonly model: Partial<PredictorConfig>
  /** What the domains are that the router knows by their centroids: see trainingDomains. */
  readonly domains: 'groups' | 'wordnet' | 'none'
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
}

/**
 * Completes a config of which documents, steps and out are needed. Throws VmmError BAD_ARGUMENT that names the key for
 * values that are wrong and keys that do not exist.
 */
export function predictorTraining(json: unknown): PredictorTraining {
  const fields = fieldsOf(json)
  const run = documentRunConfig(fields)
  const [batch, losses, regularisation, evaluation] = (
    ['batch', 'losses', 'regularisation', 'evaluation'] as const
  ).map((key) => fields.object(key)) as [Fields, Fields, Fields, Fields]
  const factor = (key: keyof PredictorLosses, fallback: number) => losses.number(key, fallback, { least: 0 })
  const training: PredictorTraining = {
    ...run,
    model: modelFields(fields.raw('model') ?? {}, ['space', 'dims', 'domains'], predictorConfig),
    domains: fields.choice('domains', 'groups', ['groups', 'wordnet', 'none']),
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
    evaluation: {
      every: evaluation.whole('every', 0, { least: 0 }),
      documents: evaluation.whole('documents', 50, whole),
      context: evaluation.whole('context', 8, whole),
    },
  }
  fields.finish()
  const { mse, cosine, infoNce } = training.losses
  if (mse + cosine + infoNce === 0)
    throw badArgument('losses', 'mse, cosine and infoNce of 0', 'one of them to train on')
  return training
}
