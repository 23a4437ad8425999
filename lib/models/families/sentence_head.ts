import { check } from '../../core/errors.ts'
import type { Value } from '../../graph/value.ts'
import { linear } from '../../layers/linear.ts'
import { l2Normalize } from '../../layers/norm.ts'
import type { Weights } from '../../layers/weights.ts'
import { cast, eq, mul, reshape, segmentPool, slice } from '../../ops/index.ts'
import { linearParameters, type ParameterSpecs } from '../../weights/specs.ts'
import { checkPositive, checkSizes } from '../sizes.ts'
import type { EncoderConfig, TokenInputs } from './define.ts'
import { POOLINGS, type Pooling } from './pooling.ts'

/** What Dense modules do with a product. */
export const DENSE_ACTIVATIONS = ['none', 'tanh', 'relu', 'gelu'] as const

/** A Dense module of sentence-transformers: y = activation(W x + b). */
export interface DenseHead {
  readonly dims: number
  readonly bias: boolean
  readonly activation: (typeof DENSE_ACTIVATIONS)[number]
}

/** What encoders have whose vectors are made as sentence-transformers makes them (Reimers and Gurevych 2019, arXiv 1908.10084). */
export interface SentenceConfig extends EncoderConfig {
  readonly vocabulary: number
  /** Width of the hidden rows; that of the vectors where no Dense module follows. */
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** Hidden units of a layer's feed-forward part. */
  readonly ffn: number
  readonly normEps: number
  readonly pooling: Pooling
  /** Dense modules after pooling, in order. */
  readonly dense: readonly DenseHead[]
  /** Whether vectors have unit length. */
  readonly normalise: boolean
}

export const SENTENCE_DEFAULTS = {
  pooling: 'mean',
  dense: [],
  normalise: true,
} as const satisfies Partial<SentenceConfig>

/** Throws VmmError BAD_ARGUMENT for sizes that are none, and for a head that does not exist, or gives fewer than `dims`. */
export function checkSentenceConfig(config: SentenceConfig): void {
  checkSizes(config, ['dims', 'width', 'capacityTokens', 'vocabulary', 'layers', 'heads', 'ffn'])
  checkPositive(config, ['normEps'])
  const { width, dims, pooling, dense, normalise } = config
  check(POOLINGS.includes(pooling), 'config.pooling', pooling, POOLINGS.join(', '))
  check(typeof normalise === 'boolean', 'config.normalise', normalise, 'true or false')
  check(Array.isArray(dense), 'config.dense', dense, 'a list of Dense modules')
  for (const [i, head] of dense.entries()) {
    const name = `config.dense[${i}]`
    check(typeof head === 'object' && head !== null, name, head, 'a Dense module')
    const isSize = Number.isInteger(head.dims) && head.dims > 0 && head.dims <= 65_536
    check(isSize, `${name}.dims`, head.dims, 'a whole number of 1 to 65536')
    check(typeof head.bias === 'boolean', `${name}.bias`, head.bias, 'true or false')
    const { activation } = head
    check(
      DENSE_ACTIVATIONS.includes(activation),
      `${name}.activation`,
      activation,
      DENSE_ACTIVATIONS.join(', '),
    )
  }
  const given = dense.at(-1)?.dims ?? width
  const what = dense.length > 0 ? 'the last Dense module gives' : 'hidden rows have'
  check(dims <= given, 'config.dims', dims, `at most ${given}, as many as ${what}`)
}

/** The parameters of the Dense modules: `dense.0.weight` and so on. */
export function sentenceHeadParameters({ width, dense }: SentenceConfig): ParameterSpecs {
  let inputs = width
  const specs: Record<string, ParameterSpecs[string]> = {}
  for (const [i, { dims, bias }] of dense.entries()) {
    Object.assign(specs, linearParameters(`dense.${i}`, dims, inputs, { bias }))
    inputs = dims
  }
  return specs
}

/**
 * Pools hidden rows [rows, width], runs the Dense modules, keeps the first `dims` numbers (Matryoshka embeddings, Kusupati et
 * al. 2022, arXiv 2205.13147), and scales to unit length where that is wanted.
 */
export function sentenceHead(
  { dims, pooling, dense, normalise }: SentenceConfig,
  w: Weights,
  hidden: Value,
  inputs: TokenInputs,
): Value {
  let x = pooled(hidden, inputs, pooling)
  for (const [i, { activation }] of dense.entries()) x = linear(w.scope(`dense.${i}`), x, activation)
  if (dims < x.shape[1]!) x = slice(x, 1, 0, dims)
  return normalise ? l2Normalize(x) : x
}

function pooled(hidden: Value, { positions, offsets }: TokenInputs, pooling: Pooling): Value {
  if (pooling !== 'first') return segmentPool({ x: hidden, offsets }, { fn: pooling })
  const isFirst = reshape(eq(cast({ x: positions }, { to: 'f32' }), 0), [hidden.shape[0]!, 1])
  return segmentPool({ x: mul(hidden, isFirst), offsets }, { fn: 'sum' })
}
