import type { TrainProgress } from '../core/loop.ts'
import { runTraining, type TrainOptions } from '../core/run.ts'
import { type PredictorData, trainable } from './trainable.ts'

export type TrainPredictorOptions = TrainOptions<PredictorData>

/**
 * Trains a predictor as a config says (see PredictorTraining), and tells after each step how it goes. Documents are
 * encoded on first use. The bundle `predictor` in the folder of the run, which loadPredictor reads, names the documents
 * that it was trained and validated on. Runs and throws as trainModel does; also what openDocuments throws.
 */
export function trainPredictor(
  config: unknown,
  options: TrainPredictorOptions = {},
): AsyncGenerator<TrainProgress> {
  return runTraining(trainable, config, options)
}
