import {
  constantParameter,
  matrixParameter,
  type ParameterSpec,
  type ParameterSpecs,
  parameter,
} from '../../../weights/specs.ts'
import type { UseLiteConfig } from './config.ts'

/** The tensor of the position signal's frequencies. */
export const TIMING = 'timing.inv_freq'

/** Every tensor of the model by name, in the order of its file. Linear weights are row-major [out, in]. */
export function useLiteParameters({ vocabulary, width, dims, layers, ffn }: UseLiteConfig): ParameterSpecs {
  const specs: Record<string, ParameterSpec> = {}
  const uniform = { kind: 'uniform', bound: 1 } as const
  const linear = (name: string, out: number, inputs: number) => {
    specs[`${name}.weight`] = matrixParameter([], out, inputs)
    specs[`${name}.bias`] = constantParameter([out], 0)
  }
  const norm = (name: string, size: number) => {
    specs[`${name}.weight`] = constantParameter([size], 1)
    specs[`${name}.bias`] = constantParameter([size], 0)
  }
  specs.embedding = parameter({ shape: [vocabulary, width], init: uniform })
  specs[TIMING] = parameter({ shape: [width / 2], init: uniform, trained: false })
  linear('projection', dims, width)
  for (let i = 0; i < layers; i++) {
    const d = i === 0 ? width : dims
    norm(`layers.${i}.attention_norm`, d)
    linear(`layers.${i}.qkv`, 3 * d, d)
    linear(`layers.${i}.attention_out`, dims, d)
    norm(`layers.${i}.ffn_norm`, dims)
    linear(`layers.${i}.ffn_up`, ffn, dims)
    linear(`layers.${i}.ffn_down`, dims, ffn)
  }
  linear('head', dims, dims)
  return specs
}
