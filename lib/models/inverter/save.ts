import {
  extendBundle,
  SAVE_OPTIONS,
  type SaveOptions,
  saveBundle,
  type TensorFiles,
} from '../../bundle/save.ts'
import { refuseUnknown } from '../../core/options.ts'
import type { Tokens } from '../../core/tokenizer.ts'
import { makeLexicon } from '../../text/lexicon.ts'
import { storedTensors } from '../../weights/stored.ts'
import { configToSave } from '../complete_config.ts'
import { type InverterConfig, inverterConfig } from './config.ts'
import { type SentenceSpread, spreadParameters } from './likeness.ts'
import { inverterParameters } from './parameters.ts'
import { type SurrogateConfig, surrogateParameters } from './surrogate/forward.ts'

/** Of the manifests of its bundles. */
export const INVERTER_ARCHITECTURE = 'aparecium'

/** Files of an inverter's bundle beside its weights: the surrogate with its config. */
export const SURROGATE_FILE = 'surrogate.safetensors'
export const SURROGATE_CONFIG_FILE = 'surrogate.json'

/** Words that its texts may have, one a line. */
export const LEXICON_FILE = 'lexicon.txt'

/** How human sentences spread: see SentenceSpread. */
export const SPREAD_FILE = 'spread.safetensors'

/** What an inverter's bundle is made of. */
export interface SaveInverterOptions extends SaveOptions {
  readonly config: InverterConfig
  /** What it writes; those of the encoder whose vectors it was trained on, for instance. */
  readonly tokens: Tokens
  /** Words that its texts may have, in lower case; all that its tokens spell when left out. */
  readonly lexicon?: readonly string[] | undefined
  /** How the vectors of human sentences spread; texts are compared by their cosine alone when left out. */
  readonly spread?: SentenceSpread | undefined
}

/**
 * Writes an inverter as a bundle that loadInverter reads. Throws as saveBundle does.
 *
 * @example
 * ```js
 * import { inverterConfig, inverterParameters, loadInverter, loadModel, saveInverter } from 'vector-mamba'
 *
 * const model = await loadModel()
 * const { tokens } = model
 * const { start, end } = tokens.about
 * const sizes = { dModel: 8, layers: 1, heads: 1, ffn: 8, scales: [1], memoryDims: 8, adapterHidden: 8 }
 * const config = inverterConfig({ ...sizes, vocabulary: tokens.tokenizer.size, start, end })
 * const zeros = ({ shape }) => new Float32Array(shape.reduce((a, b) => a * b))
 * const parameters = Object.fromEntries(
 *   Object.entries(inverterParameters(config)).map(([name, spec]) => [name, zeros(spec)]),
 * )
 * await saveInverter('tiny', { config, tokens, parameters, licence: 'CC0-1.0', trainingData: 'none' })
 * const inverter = await loadInverter('./tiny', { encoder: model })
 * console.log(inverter.name, inverter.config.dModel) // tiny 8
 * inverter.dispose()
 * model.dispose()
 * ```
 */
export async function saveInverter(folder: string, options: SaveInverterOptions): Promise<void> {
  refuseUnknown(options, { config: true, tokens: true, lexicon: true, spread: true, ...SAVE_OPTIONS })
  const { tokens, lexicon, spread, files } = options
  const config = configToSave(options.config, inverterConfig)
  const { capacityTokens } = config
  const about = {
    kind: 'inverter',
    architecture: INVERTER_ARCHITECTURE,
    capacityTokens,
    config,
    tokens,
  } as const
  const words = lexicon && makeLexicon(lexicon).lists[0]!
  const own = words ? { [LEXICON_FILE]: `${words.join('\n')}\n` } : {}
  const tensorFiles: TensorFiles = spread
    ? { [SPREAD_FILE]: storedTensors(spreadParameters(config.dims), { ...spread }, 'f32') }
    : {}
  const all = { ...options, files: { ...files, ...own } }
  await saveBundle(folder, about, inverterParameters(config), all, tensorFiles)
}

/**
 * Writes the bundle of an inverter with a surrogate to another folder, or to its own. Throws as saveBundle does, and
 * as readManifest does for a folder that is no bundle.
 */
export async function addSurrogate(
  folder: string,
  target: string,
  config: SurrogateConfig,
  parameters: Readonly<Record<string, Float32Array>>,
): Promise<void> {
  const tensors = storedTensors(surrogateParameters(config), parameters, 'bf16')
  await extendBundle(folder, target, {
    [SURROGATE_CONFIG_FILE]: `${JSON.stringify(config, null, 2)}\n`,
    [SURROGATE_FILE]: tensors,
  })
}
