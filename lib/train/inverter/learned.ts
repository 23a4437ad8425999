import { openBundle } from '../../bundle/open.ts'
import { WEIGHTS_FILE } from '../../bundle/save.ts'
import { bundleFile, fingerprintOf } from '../../bundle/verify.ts'
import { badArgument } from '../../core/errors.ts'
import { type InverterConfig, inverterConfig } from '../../models/inverter/config.ts'
import { inverterParameters } from '../../models/inverter/parameters.ts'
import { INVERTER_ARCHITECTURE } from '../../models/inverter/save.ts'
import { readTensor } from '../../tensor/device_tensor.ts'
import { openWeights } from '../../weights/weight_set.ts'

/** An inverter that training goes on with. */
export interface LearnedInverter {
  readonly config: InverterConfig
  readonly fingerprint: string
  /** See learnedWeights. */
  weights(model: InverterConfig): Promise<Record<string, Float32Array>>
}

/**
 * Opens the inverter of a folder for vectors of `space` and tokens of `ids`. Throws as loadInverter does; BAD_ARGUMENT
 * where it is for others.
 */
export async function openLearned(
  folder: string,
  ids: Pick<InverterConfig, 'space' | 'dims' | 'vocabulary' | 'start' | 'end'>,
  cacheDir: string | undefined,
): Promise<LearnedInverter> {
  const { config, manifest } = await openBundle<InverterConfig>(
    folder,
    'inverter',
    INVERTER_ARCHITECTURE,
    inverterConfig,
    { cacheDir },
  )
  for (const key of Object.keys(ids) as (keyof typeof ids)[])
    if (config[key] !== ids[key])
      throw badArgument('from', `an inverter with ${key} ${config[key]}`, `one with ${ids[key]}`)
  return {
    config,
    fingerprint: fingerprintOf(manifest.files),
    weights: (model) => learnedWeights(config, model, bundleFile(folder, manifest, WEIGHTS_FILE)),
  }
}

/**
 * The parameters of an inverter as they are stored, f32 by name, for a model that is told more of each vector: what it does
 * not know yet counts nothing at first.
 */
export async function learnedWeights(
  base: InverterConfig,
  model: InverterConfig,
  path: string,
): Promise<Record<string, Float32Array>> {
  using weights = await openWeights([path], { specs: inverterParameters(base) })
  const specs = inverterParameters(model)
  return Object.fromEntries(
    Object.entries(weights.tensors).map(([name, tensor]) => [
      name,
      widened(readTensor(tensor), tensor.shape.at(-1)!, specs[name]!.shape.at(-1)!),
    ]),
  )
}

/** Rows of `from` numbers as rows of `to`, with zeros at their ends. */
function widened(values: ArrayLike<number>, from: number, to: number): Float32Array {
  if (from === to) return new Float32Array(values)
  const wide = new Float32Array((values.length / from) * to)
  for (let i = 0; i < values.length; i++) wide[Math.floor(i / from) * to + (i % from)] = values[i]!
  return wide
}
