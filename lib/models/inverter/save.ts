import { extendBundle, type SaveOptions, saveBundle, storedTensors } from '../../bundle/save.ts'
import type { InverterConfig } from './config.ts'
import { inverterParameters } from './parameters.ts'
import { type SurrogateConfig, surrogateParameters } from './surrogate/forward.ts'
import type { Tokens } from './tokens.ts'

/** Files of an inverter's bundle beside its weights: what its tokens are, and the surrogate with its config. */
export const VOCABULARY_FILE = 'vocabulary.json'
export const SURROGATE_FILE = 'surrogate.safetensors'
export const SURROGATE_CONFIG_FILE = 'surrogate.json'

export interface SaveInverterOptions extends SaveOptions {
  readonly config: InverterConfig
  readonly vocabulary: Tokens['vocabulary']
}

/** Writes an inverter as a bundle that loadInverter reads. Throws as saveBundle does. */
export async function saveInverter(folder: string, options: SaveInverterOptions): Promise<void> {
  const { config, vocabulary, files } = options
  const { space, dims, capacityTokens } = config
  const about = { kind: 'inverter', space, dims, capacityTokens, config } as const
  await saveBundle(folder, about, inverterParameters(config), {
    ...options,
    files: { [VOCABULARY_FILE]: JSON.stringify(vocabulary), ...files },
  })
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
