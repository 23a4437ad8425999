import { type SaveOptions, saveBundle } from '../../bundle/save.ts'
import { refuseUnknown } from '../../core/options.ts'
import type { PredictorConfig } from './config.ts'
import { predictorParameters } from './parameters.ts'

/** Of the manifests of its bundles. */
export const PREDICTOR_ARCHITECTURE = 'vector-mamba'

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
    encoderFingerprint: true,
  })
  const { config } = options
  const about = { kind: 'predictor', architecture: PREDICTOR_ARCHITECTURE, config } as const
  await saveBundle(folder, about, predictorParameters(config), options)
}
