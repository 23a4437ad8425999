import { basename } from 'node:path'
import { openBundle } from '../../bundle/open.ts'
import { WEIGHTS_FILE } from '../../bundle/save.ts'
import { bundleFile, fingerprintOf } from '../../bundle/verify.ts'
import { openWeights } from '../../weights/weight_set.ts'
import { checkLoadOptions, LOAD_OPTIONS, type LoadOptions } from '../load_options.ts'
import { bundleTokens } from '../token_ids.ts'
import { type LanguageModelConfig, languageModelConfig } from './config.ts'
import { type LanguageModel, makeLanguageModel } from './language_model.ts'
import { languageModelParameters } from './parameters.ts'
import { LANGUAGE_MODEL_ARCHITECTURE } from './save.ts'

/**
 * Loads a language model: the folder of a bundle, or the name of an installed package that is one, vector-mamba-lm when
 * left out. Throws VmmError NOT_FOUND; BAD_FILE for files that were cut, altered or belong to a model of another shape;
 * UNSUPPORTED for bundles of another kind.
 *
 * @example
 * ```js
 * import { languageModelConfig, languageModelParameters, loadLanguageModel, loadModel } from 'vector-mamba'
 * import { saveLanguageModel } from 'vector-mamba'
 *
 * const { tokens, dispose } = await loadModel()
 * const { start, end } = tokens.about
 * const config = languageModelConfig({ dModel: 8, blocks: 1, vocabulary: tokens.tokenizer.size, start, end })
 * // A model that knows nothing: all tokens are equally likely.
 * const zeros = ({ shape }) => new Float32Array(shape.reduce((a, b) => a * b))
 * const parameters = Object.fromEntries(
 *   Object.entries(languageModelParameters(config)).map(([name, spec]) => [name, zeros(spec)]),
 * )
 * await saveLanguageModel('even', { config, tokens, parameters, licence: 'CC0-1.0', trainingData: 'none' })
 * dispose()
 *
 * const model = await loadLanguageModel('./even')
 * const before = [['The tide turned.', 'The ship left the harbour.']]
 * const [{ nats, tokens: counted }] = await model.surprise(['It was cold.'], { before })
 * console.log(Math.exp(nats).toFixed(0), counted === model.countTokens('It was cold.') + 1) // 8000 true
 * model.dispose()
 * ```
 */
export async function loadLanguageModel(name?: string, options: LoadOptions = {}): Promise<LanguageModel> {
  checkLoadOptions(options, LOAD_OPTIONS)
  const { cacheDir, signal } = options
  const bundle = await openBundle<LanguageModelConfig>(
    name,
    'lm',
    LANGUAGE_MODEL_ARCHITECTURE,
    languageModelConfig,
    { cacheDir },
  )
  const { folder, manifest, config } = bundle
  signal?.throwIfAborted()
  const tokens = await bundleTokens(bundle)
  const path = bundleFile(folder, manifest, WEIGHTS_FILE)
  return makeLanguageModel({
    name: basename(folder),
    fingerprint: fingerprintOf(manifest.files),
    config,
    weights: await openWeights([path], { specs: languageModelParameters(config) }),
    tokens,
  })
}
