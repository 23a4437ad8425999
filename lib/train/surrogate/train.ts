import type { TrainProgress } from '../core/loop.ts'
import { runTraining, type TrainOptions } from '../core/run.ts'
import { type SurrogateData, trainable } from './trainable.ts'

export type TrainSurrogateOptions = TrainOptions<SurrogateData>

/**
 * Trains a surrogate on the texts that an inverter writes, as a config says (see SurrogateTraining), and tells after
 * each step how it goes. At the end the folder of the run has the bundle `inverter`: the config's own, with the
 * surrogate. Runs and throws as trainModel does; also what loadInverter and inverterTexts throw.
 */
export function trainSurrogate(
  config: unknown,
  options: TrainSurrogateOptions = {},
): AsyncGenerator<TrainProgress> {
  return runTraining(trainable, config, options)
}
