import { check } from '../../../core/errors.ts'
import type { BindingSpec, TraceResult } from '../../../graph/trace.ts'
import type { Value } from '../../../graph/value.ts'
import { encoderLayer } from '../../../layers/encoder.ts'
import { linear } from '../../../layers/linear.ts'
import { l2Normalize, layerNorm } from '../../../layers/norm.ts'
import { weightsOf } from '../../../layers/weights.ts'
import { add, embedding, mul, reduce, reshape, segmentPool } from '../../../ops/index.ts'
import {
  constantParameter as filled,
  matrixParameter as matrix,
  type ParameterSpec,
  type ParameterSpecs,
  parameter,
} from '../../../weights/specs.ts'
import { completeConfig } from '../../complete_config.ts'
import { checkSizes } from '../../sizes.ts'
import { type TextCapacity, textInputs } from '../forward.ts'

/** A small network that guesses how near the embedding of some tokens is to a vector. Plain JSON. */
export interface SurrogateConfig {
  /** The embedding space of its vectors, and their length. */
  readonly space: string
  readonly dims: number
  /** Token ids that there are, and tokens of a text at most. */
  readonly vocabulary: number
  readonly capacityTokens: number
  readonly dModel: number
  readonly layers: number
  readonly heads: number
  readonly ffn: number
}

const defaults = {
  space: 'use-lite-512',
  dims: 512,
  vocabulary: 8000,
  capacityTokens: 32,
  dModel: 128,
  layers: 2,
  heads: 4,
  ffn: 512,
} as const

/** A complete config from some of its fields. Throws VmmError BAD_ARGUMENT that names the field. */
export function surrogateConfig(given: Partial<SurrogateConfig> = {}): SurrogateConfig {
  const config = completeConfig<SurrogateConfig>(given, defaults)
  checkSizes(config, ['dims', 'vocabulary', 'capacityTokens', 'dModel', 'layers', 'heads', 'ffn'])
  check(
    config.dModel % config.heads === 0,
    'config.heads',
    config.heads,
    `a divisor of dModel, ${config.dModel}`,
  )
  return config
}

const normEps = 1e-5

/** Every parameter of a surrogate by name, in a fixed order. */
export function surrogateParameters(config: SurrogateConfig): ParameterSpecs {
  const { dims, vocabulary, capacityTokens, dModel, layers, ffn } = config
  const specs: Record<string, ParameterSpec> = {}
  const affine = (name: string, out: number, width: number, factor = 1) => {
    specs[`${name}.weight`] = matrix([], out, width, factor)
    specs[`${name}.bias`] = filled([out], 0)
  }
  const norm = (name: string) => {
    specs[`${name}.weight`] = filled([dModel], 1)
    specs[`${name}.bias`] = filled([dModel], 0)
  }
  const table = (name: string, rows: number) => {
    const init = { kind: 'uniform', bound: Math.sqrt(3 / dModel) } as const
    specs[name] = parameter({ shape: [rows, dModel], init, storage: 'bf16' })
  }
  table('tokens.weight', vocabulary)
  table('positions.weight', capacityTokens)
  const intoStream = 1 / Math.sqrt(2 * layers)
  for (let i = 0; i < layers; i++) {
    norm(`layers.${i}.attention_norm`)
    affine(`layers.${i}.qkv`, 3 * dModel, dModel)
    affine(`layers.${i}.attention_out`, dModel, dModel, intoStream)
    norm(`layers.${i}.ffn_norm`)
    affine(`layers.${i}.ffn.up`, ffn, dModel)
    affine(`layers.${i}.ffn.down`, dModel, ffn, intoStream)
  }
  norm('norm_f')
  affine('output', dims, dModel)
  return specs
}

/** Inputs of surrogateForward: those of inverterForward without the ranges of keys. Vectors are of unit length. */
export function surrogateInputs(
  config: SurrogateConfig,
  capacity: TextCapacity,
): Record<string, BindingSpec> {
  const { kvRange: _, ...inputs } = textInputs(config, capacity)
  return inputs
}

/**
 * The embedding that a text is guessed to have, [texts, dims] of unit length: a transformer over the tokens and their
 * places, and the mean of its rows. After Aparecium v2's surrogate, which had no places and read padding as well.
 */
export function guessedEmbedding(config: SurrogateConfig, values: Readonly<Record<string, Value>>): Value {
  const w = weightsOf(values)
  const offsets = w.get('offsets')
  let x = add(
    embedding({ table: w.get('tokens.weight'), ids: w.get('ids') }),
    embedding({ table: w.get('positions.weight'), ids: w.get('positions') }),
  )
  for (let i = 0; i < config.layers; i++)
    x = encoderLayer(w.scope(`layers.${i}`), x, { heads: config.heads, offsets })
  const pooled = segmentPool({ x: layerNorm(w.scope('norm_f'), x, normEps), offsets }, { fn: 'mean' })
  return l2Normalize(linear(w.scope('output'), pooled))
}

/** Cosines of rows of unit length, [n]. a, b [n, d]. */
export function rowCosines(a: Value, b: Value): Value {
  return reshape(reduce({ x: mul(a, b) }, { fn: 'sum', axes: 2 }), [a.shape[0]!])
}

/** r(tokens, vector): the guessed cosine of each text's embedding and its vector, [texts]. */
export function surrogateForward(
  config: SurrogateConfig,
  values: Readonly<Record<string, Value>>,
): TraceResult {
  return { outputs: { cosines: rowCosines(guessedEmbedding(config, values), values.vectors!) } }
}
