import type { TrainProgress } from '../core/loop.ts'
import { runTraining, type TrainOptions } from '../core/run.ts'
import { type InverterData, trainable } from './trainable.ts'

export type TrainInverterOptions = TrainOptions<InverterData>

/**
 * Trains an inverter as a config says (see InverterTraining), and tells after each step how it goes. The folder of the
 * run gets train.txt, validation.txt and test.txt, the sentences of each part, and at the end the bundle `inverter`, which
 * loadInverter reads. Runs and throws as trainModel does; also what inverterTexts throws.
 */
export function trainInverter(
  config: unknown,
  options: TrainInverterOptions = {},
): AsyncGenerator<TrainProgress> {
  return runTraining(trainable, config, options)
}
