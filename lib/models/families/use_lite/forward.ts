import { constant } from '../../../graph/trace.ts'
import type { Value } from '../../../graph/value.ts'
import { selfAttention } from '../../../layers/attention.ts'
import { linear } from '../../../layers/linear.ts'
import { l2Normalize, layerNorm } from '../../../layers/norm.ts'
import type { Weights } from '../../../layers/weights.ts'
import { add, embedding, mul, segmentPool } from '../../../ops/index.ts'
import type { TokenInputs } from '../define.ts'
import type { UseLiteConfig } from './config.ts'

const normEps = 1e-6

/** sin and cos of position × frequency, half and half: [capacity, 2 · frequencies]. */
function positionSignal({ capacityTokens, inverseFrequencies }: UseLiteConfig): Float32Array {
  const half = inverseFrequencies.length
  return Float32Array.from({ length: capacityTokens * 2 * half }, (_, i) => {
    const angle = Math.fround(Math.floor(i / (2 * half)) * inverseFrequencies[i % half]!)
    return i % (2 * half) < half ? Math.sin(angle) : Math.cos(angle)
  })
}

function transformerLayer(w: Weights, x: Value, residual: Value, offsets: Value, heads: number): Value {
  const normed = layerNorm(w.scope('attention_norm'), x, normEps)
  const mixed = selfAttention(w.scope('qkv'), w.scope('attention_out'), normed, offsets, { heads })
  const h = add(residual, mixed)
  const up = linear(w.scope('ffn_up'), layerNorm(w.scope('ffn_norm'), h, normEps), 'relu')
  return add(h, linear(w.scope('ffn_down'), up))
}

/** Pre-norm transformer layers over the words [rows, width] and the sines of their positions: [rows, dims]. */
export function useLiteForward(
  config: UseLiteConfig,
  w: Weights,
  words: Value,
  { positions, offsets }: TokenInputs,
): Value {
  const { capacityTokens, width, layers, heads } = config
  const table = constant(words, positionSignal(config), [capacityTokens, width])
  const embedded = add(mul(words, 2), embedding({ table, ids: positions }))
  // The first layer attends over the narrow embedding, its residual is the widened one.
  let x = embedded
  let h = linear(w.scope('projection'), embedded)
  for (let i = 0; i < layers; i++) {
    h = transformerLayer(w.scope(`layers.${i}`), x, h, offsets, heads)
    x = h
  }
  return h
}

/** Mean over the tokens, tanh head, unit length. */
export function useLitePooling(w: Weights, hidden: Value, { offsets }: TokenInputs): Value {
  const pooled = segmentPool({ x: hidden, offsets }, { fn: 'mean' })
  return l2Normalize(linear(w.scope('head'), pooled, 'tanh'))
}
