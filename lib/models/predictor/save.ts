import { SAVE_OPTIONS, type SaveOptions, saveBundle } from '../../bundle/save.ts'
import { refuseUnknown } from '../../core/options.ts'
import { configToSave } from '../complete_config.ts'
import { type PredictorConfig, predictorConfig } from './config.ts'
import { predictorParameters } from './parameters.ts'

/** Of the manifests of its bundles. */
export const PREDICTOR_ARCHITECTURE = 'vector-mamba'

/** What a predictor's bundle is made of. */
export interface SavePredictorOptions extends SaveOptions {
  readonly config: PredictorConfig
}

/**
 * Writes a predictor as a bundle that loadPredictor reads. Throws as saveBundle does.
 *
 * @example
 * ```js
 * import { loadPredictor, predictorConfig, predictorParameters, savePredictor } from 'vector-mamba'
 *
 * const config = predictorConfig({ space: 'example-4', dims: 4, dModel: 8, experts: 1, blocks: 1 })
 * const zeros = ({ shape }) => new Float32Array(shape.reduce((a, b) => a * b))
 * const parameters = Object.fromEntries(
 *   Object.entries(predictorParameters(config)).map(([name, spec]) => [name, zeros(spec)]),
 * )
 * await savePredictor('tiny', { config, parameters, licence: 'CC0-1.0', trainingData: 'none' })
 * const predictor = await loadPredictor('./tiny')
 * console.log(predictor.name, predictor.space, predictor.config.dModel) // tiny example-4 8
 * predictor.dispose()
 * ```
 */
export async function savePredictor(folder: string, options: SavePredictorOptions): Promise<void> {
  refuseUnknown(options, { config: true, ...SAVE_OPTIONS })
  const config = configToSave(options.config, predictorConfig)
  const about = { kind: 'predictor', architecture: PREDICTOR_ARCHITECTURE, config } as const
  await saveBundle(folder, about, predictorParameters(config), options)
}
