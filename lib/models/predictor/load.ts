import { basename } from 'node:path'
import { openBundle } from '../../bundle/open.ts'
import { WEIGHTS_FILE } from '../../bundle/save.ts'
import { bundleFile, fingerprintOf } from '../../bundle/verify.ts'
import { openWeights } from '../../weights/weight_set.ts'
import { checkLoadOptions, LOAD_OPTIONS, type LoadOptions } from '../load_options.ts'
import { type PredictorConfig, predictorConfig } from './config.ts'
import { predictorParameters } from './parameters.ts'
import { makePredictor, type Predictor } from './predictor.ts'
import { PREDICTOR_ARCHITECTURE } from './save.ts'

/**
 * Loads a predictor: the folder of a bundle, or the name of an installed package that is one, vector-mamba-predictor
 * when left out. Throws VmmError NOT_FOUND; BAD_FILE for files that were cut, altered or belong to a model of another
 * shape; UNSUPPORTED for bundles of another kind.
 *
 * @example
 * ```js
 * import { loadModel, loadPredictor } from 'vector-mamba'
 *
 * const model = await loadModel()
 * const predictor = await loadPredictor() // the package vector-mamba-predictor
 * const { vectors } = await model.encode(['The tide turned.', 'The ship left the harbour.'])
 * const { predictions } = await predictor.predict(vectors, { steps: 2, candidates: 3 })
 * const [{ candidates, routing }] = predictions
 * console.log(candidates.length, candidates[0].count, routing.experts.length) // 3 2 2
 * predictor.dispose()
 * model.dispose()
 * ```
 */
export async function loadPredictor(name?: string, options: LoadOptions = {}): Promise<Predictor> {
  checkLoadOptions(options, LOAD_OPTIONS)
  const { cacheDir, signal } = options
  const { folder, manifest, config } = await openBundle<PredictorConfig>(
    name,
    'predictor',
    PREDICTOR_ARCHITECTURE,
    predictorConfig,
    { cacheDir },
  )
  signal?.throwIfAborted()
  const path = bundleFile(folder, manifest, WEIGHTS_FILE)
  return makePredictor({
    name: basename(folder),
    fingerprint: fingerprintOf(manifest.files),
    config,
    weights: await openWeights([path], { specs: predictorParameters(config) }),
  })
}
