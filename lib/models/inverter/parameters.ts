import {
  constantParameter as filled,
  matrixParameter as matrix,
  type ParameterSpec,
  type ParameterSpecs,
  parameter,
  tableParameter,
} from '../../weights/specs.ts'
import { featureCount } from './adapter.ts'
import { type InverterConfig, memoryRows } from './config.ts'

/** What is added to tokens begins as small as they do. */
const SUM_FACTOR = 0.05

/**
 * Every parameter of an inverter by name, in a fixed order. The table of tokens is also the weight of the head.
 *
 * @example
 * ```js
 * import { inverterConfig, inverterParameters } from 'vector-mamba'
 *
 * const specs = inverterParameters(inverterConfig({ dModel: 16, layers: 1, heads: 2, ffn: 32 }))
 * console.log(specs['tokens.weight'].shape) // [ 8000, 16 ]
 * ```
 */
export function inverterParameters(config: InverterConfig): ParameterSpecs {
  const { vocabulary, capacityTokens, dModel, layers, ffn, scales, memoryDims, adapterHidden, directUnits } =
    config
  const read = featureCount(config)
  const specs: Record<string, ParameterSpec> = {}
  const linear = (name: string, out: number, width: number, factor = 1) => {
    specs[`${name}.weight`] = matrix([], out, width, factor)
    specs[`${name}.bias`] = filled([out], 0)
  }
  const norm = (name: string, width: number) => {
    specs[`${name}.weight`] = filled([width], 1)
    specs[`${name}.bias`] = filled([width], 0)
  }
  for (const [i, rows] of scales.entries()) {
    const hidden = adapterHidden || rows * memoryDims
    linear(`adapter.scales.${i}.hidden`, hidden, read)
    if (directUnits > 0) linear(`adapter.scales.${i}.direct`, directUnits, read)
    linear(`adapter.scales.${i}.out`, rows * memoryDims, hidden + directUnits)
  }
  if (config.vectorInTokens) linear('adapter.sum', dModel, read, SUM_FACTOR)
  if (config.wordHints) linear('adapter.hint', dModel, read, SUM_FACTOR)
  specs['adapter.scale_rows'] = marks(config)
  norm('adapter.norm', memoryDims)
  specs['tokens.weight'] = tableParameter(vocabulary, dModel)
  specs['positions.weight'] = tableParameter(capacityTokens + 1, dModel)
  const intoStream = 1 / Math.sqrt(3 * layers)
  for (let i = 0; i < layers; i++) {
    const layer = `layers.${i}`
    norm(`${layer}.self_norm`, dModel)
    linear(`${layer}.self.qkv`, 3 * dModel, dModel)
    linear(`${layer}.self.out`, dModel, dModel, intoStream)
    norm(`${layer}.cross_norm`, dModel)
    linear(`${layer}.cross.q`, dModel, dModel)
    linear(`${layer}.cross.kv`, 2 * dModel, memoryDims)
    linear(`${layer}.cross.out`, dModel, dModel, intoStream)
    norm(`${layer}.ffn_norm`, dModel)
    linear(`${layer}.ffn.up`, ffn, dModel)
    linear(`${layer}.ffn.down`, dModel, ffn, intoStream)
  }
  norm('norm_f', dModel)
  if (config.wordHints) linear('hint_gate', 1, dModel)
  specs['head.bias'] = filled([vocabulary], 0)
  if (config.hypothesisLayers > 0) {
    const rows = memoryRows(config)
    const hidden = adapterHidden || rows * memoryDims
    linear('hypothesis.hidden', hidden, 4 * read)
    linear('hypothesis.out', rows * memoryDims, hidden)
    specs['hypothesis.rows'] = marks(config)
    norm('hypothesis.norm', memoryDims)
    const added = 1 / Math.sqrt(2 * config.hypothesisLayers)
    for (let i = 0; i < config.hypothesisLayers; i++) {
      const layer = `hypothesis.layers.${i}`
      norm(`${layer}.attention_norm`, dModel)
      linear(`${layer}.qkv`, 3 * dModel, dModel)
      linear(`${layer}.attention_out`, dModel, dModel, added)
      norm(`${layer}.ffn_norm`, dModel)
      linear(`${layer}.ffn.up`, ffn, dModel)
      linear(`${layer}.ffn.down`, dModel, ffn, added)
    }
    linear('hypothesis.tokens', memoryDims, dModel)
    norm('hypothesis.tokens_norm', memoryDims)
  }
  return specs
}

/** What tells the rows of a memory apart. */
function marks(config: InverterConfig): ParameterSpec {
  const shape = [memoryRows(config), config.memoryDims]
  return parameter({ shape, init: { kind: 'uniform', bound: 1 } })
}
