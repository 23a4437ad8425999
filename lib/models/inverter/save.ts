import { extendBundle, type SaveOptions, saveBundle } from '../../bundle/save.ts'
import { refuseUnknown } from '../../core/options.ts'
import type { Tokens } from '../../core/tokenizer.ts'
import { storedTensors } from '../../weights/stored.ts'
import type { InverterConfig } from './config.ts'
import { inverterParameters } from './parameters.ts'
import { type SurrogateConfig, surrogateParameters } from './surrogate/forward.ts'

/** Of the manifests of its bundles. */
export const INVERTER_ARCHITECTURE = 'aparecium'

/** Files of an inverter's bundle beside its weights: the surrogate with its config. */
export const SURROGATE_FILE = 'surrogate.safetensors'
export const SURROGATE_CONFIG_FILE = 'surrogate.json'

export interface SaveInverterOptions extends SaveOptions {
  readonly config: InverterConfig
  /** What it writes; those of the encoder whose vectors it was trained on, for instance. */
  readonly tokens: Tokens
}

/** Writes an inverter as a bundle that loadInverter reads. Throws as saveBundle does. */
export async function saveInverter(folder: string, options: SaveInverterOptions): Promise<void> {
  refuseUnknown(options, {
    config: true,
    tokens: true,
    parameters: true,
    dtype: true,
    licence: true,
    trainingData: true,
    files: true,
    encoderFingerprint: true,
  })
  const { config, tokens } = options
  const { capacityTokens } = config
  const about = {
    kind: 'inverter',
    architecture: INVERTER_ARCHITECTURE,
    capacityTokens,
    config,
    tokens,
  } as const
  await saveBundle(folder, about, inverterParameters(config), options)
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
