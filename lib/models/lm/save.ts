import { SAVE_OPTIONS, type SaveOptions, saveBundle } from '../../bundle/save.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import type { Tokens } from '../../core/tokenizer.ts'
import { configToSave } from '../complete_config.ts'
import { type LanguageModelConfig, languageModelConfig } from './config.ts'
import { languageModelParameters } from './parameters.ts'

/** Of the manifests of its bundles. */
export const LANGUAGE_MODEL_ARCHITECTURE = 'mamba-lm'

/** What a language model's bundle is made of. */
export interface SaveLanguageModelOptions extends Omit<SaveOptions, 'encoderFingerprint'> {
  readonly config: LanguageModelConfig
  /** What it reads; those of an encoder, for instance. */
  readonly tokens: Tokens
}

const { encoderFingerprint: _, ...common } = SAVE_OPTIONS
const NAMES = {
  ...common,
  config: true,
  tokens: true,
} as const satisfies OptionNames<SaveLanguageModelOptions>

/**
 * Writes a language model as a bundle that loadLanguageModel reads. Throws as saveBundle does.
 *
 * @example
 * ```js
 * import { languageModelConfig, languageModelParameters, loadLanguageModel, loadModel } from 'vector-mamba'
 * import { saveLanguageModel } from 'vector-mamba'
 *
 * const { tokens, dispose } = await loadModel()
 * const { start, end } = tokens.about
 * const config = languageModelConfig({ dModel: 8, blocks: 1, vocabulary: tokens.tokenizer.size, start, end })
 * const zeros = ({ shape }) => new Float32Array(shape.reduce((a, b) => a * b))
 * const parameters = Object.fromEntries(
 *   Object.entries(languageModelParameters(config)).map(([name, spec]) => [name, zeros(spec)]),
 * )
 * await saveLanguageModel('tiny', { config, tokens, parameters, licence: 'CC0-1.0', trainingData: 'none' })
 * dispose()
 * const model = await loadLanguageModel('./tiny')
 * console.log(model.name, model.config.dModel) // tiny 8
 * model.dispose()
 * ```
 */
export async function saveLanguageModel(folder: string, options: SaveLanguageModelOptions): Promise<void> {
  refuseUnknown(options, NAMES)
  const config = configToSave(options.config, languageModelConfig)
  const { tokens } = options
  const about = { kind: 'lm', architecture: LANGUAGE_MODEL_ARCHITECTURE, config, tokens } as const
  await saveBundle(folder, about, languageModelParameters(config), options)
}
