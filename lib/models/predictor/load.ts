import { basename } from 'node:path'
import { fingerprintOf } from '../../bundle/fingerprint.ts'
import { bundleWeights, openBundle } from '../../bundle/open.ts'
import { refuseUnknown } from '../../core/options.ts'
import { type PredictorConfig, predictorConfig } from './config.ts'
import { predictorParameters } from './parameters.ts'
import { makePredictor, type Predictor } from './predictor.ts'

export interface LoadPredictorOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * Loads a predictor: the folder of a bundle, or the name of an installed package that is one. Throws VmmError
 * NOT_FOUND; BAD_FILE for files that were cut, altered or belong to a model of another shape; UNSUPPORTED for bundles
 * of another kind.
 */
export async function loadPredictor(name: string, options: LoadPredictorOptions = {}): Promise<Predictor> {
  refuseUnknown(options, { signal: true })
  const { folder, manifest, config } = await openBundle<PredictorConfig>(name, 'predictor', predictorConfig)
  options.signal?.throwIfAborted()
  const weights = await bundleWeights(folder, predictorParameters(config))
  return makePredictor({
    name: basename(folder),
    fingerprint: fingerprintOf(manifest),
    config,
    weights: Object.fromEntries(weights),
    disposeWeights: () => {
      for (const tensor of weights.values()) tensor.dispose()
    },
  })
}
