import { type ProgramCache, programCache } from '../../graph/program_cache.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import type { DeviceTensor } from '../../tensor/device_tensor.ts'
import type { InverterConfig } from './config.ts'

/** A model's weights on the device, and its programs. */
export interface InverterEngine {
  readonly config: InverterConfig
  readonly weights: Readonly<Record<string, DeviceTensor>>
  readonly specs: Readonly<Record<string, BindingSpec>>
  readonly programs: ProgramCache
}

/** @param weights all of inverterParameters, packed or as they were trained */
export function makeInverterEngine(
  config: InverterConfig,
  weights: Readonly<Record<string, DeviceTensor>>,
): InverterEngine {
  const specs = Object.fromEntries(
    Object.entries(weights).map(([name, { dtype, shape }]): [string, BindingSpec] => [
      name,
      { kind: 'weight', dtype, shape },
    ]),
  )
  return { config, weights, specs, programs: programCache() }
}
