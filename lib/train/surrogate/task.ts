import {
  guessedEmbedding,
  rowCosines,
  type SurrogateConfig,
  surrogateParameters,
} from '../../models/inverter/surrogate/forward.ts'
import { mean, reshape, square, sub } from '../../ops/index.ts'
import { startValues } from '../../weights/specs.ts'
import { totalLoss } from '../core/losses.ts'
import type { TrainTask } from '../core/task.ts'
import type { SurrogateBatches } from './batches.ts'
import type { SurrogateTraining } from './config.ts'

export interface SurrogateTaskOptions {
  readonly model: SurrogateConfig
  readonly losses: SurrogateTraining['losses']
  readonly batches: SurrogateBatches
  /** Plain JSON of all that decides the data. */
  readonly data: unknown
}

/** The training of a surrogate: what the encoder would say of a decoder's texts. */
export function surrogateTask({ model, losses: factors, batches, data }: SurrogateTaskOptions): TrainTask {
  const parameters = surrogateParameters(model)
  return {
    name: 'surrogate',
    config: { model, losses: factors, data },
    parameters,
    inputs: batches.inputs,
    initial: (seed) => startValues(parameters, seed),
    losses: (values) => {
      const guess = guessedEmbedding(model, values)
      const { vectors, embeddings } = values
      const error = sub(rowCosines(guess, vectors!), rowCosines(embeddings!, vectors!))
      const losses = {
        cosine: reshape(mean(square(error)), [1]),
        embedding: reshape(mean(sub(1, rowCosines(guess, embeddings!))), [1]),
      }
      return { loss: totalLoss(losses, { ...factors }), ...losses }
    },
    batch: batches.batch,
  }
}
