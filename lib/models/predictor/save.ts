import { type SaveOptions, saveBundle } from '../../bundle/save.ts'
import { refuseUnknown } from '../../core/options.ts'
import type { PredictorConfig } from './config.ts'
import { predictorParameters } from './parameters.ts'

export interface SavePredictorOptions extends SaveOptions {
  readonly config: PredictorConfig
}

/** Writes a predictor as a bundle that loadPredictor reads. Throws as saveBundle does. */
export async function savePredictor(folder: string, options: SavePredictorOptions): Promise<void> {
  refuseUnknown(options, {
    config: true,
    parameters: true,
    dtype: true,
    licence: true,
    trainingData: true,
    files: true,
  })
  const { config } = options
  const { space, dims } = config
  await saveBundle(folder, { kind: 'predictor', space, dims, config }, predictorParameters(config), options)
}
