import { constant, type TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { selfAttention } from '../../layers/attention.ts'
import { linear } from '../../layers/linear.ts'
import { l2Normalize, layerNorm } from '../../layers/norm.ts'
import { type Weights, weightsOf } from '../../layers/weights.ts'
import { binary, embedding, segmentPool } from '../../ops/index.ts'

export const useLiteCapacity = 128
const heads = 4
const normEps = 1e-6

export interface UseLiteConfig {
  readonly layers: number
  /** Angular frequencies of the position signal, [width / 2]. */
  readonly inverseFrequencies: readonly number[]
}

/** sin and cos of position × frequency, half and half: [capacity, 2 · frequencies]. */
function positionSignal(inverseFrequencies: readonly number[]): Float32Array {
  const half = inverseFrequencies.length
  return Float32Array.from({ length: useLiteCapacity * 2 * half }, (_, i) => {
    const angle = Math.fround(Math.floor(i / (2 * half)) * inverseFrequencies[i % half]!)
    return i % (2 * half) < half ? Math.sin(angle) : Math.cos(angle)
  })
}

function transformerLayer(w: Weights, x: Value, residual: Value, offsets: Value): Value {
  const add = (a: Value, b: Value) => binary({ a, b }, { fn: 'add' })
  const mixed = selfAttention(
    w.scope('qkv'),
    w.scope('attention_out'),
    layerNorm(w.scope('attention_norm'), x, normEps),
    offsets,
    {
      heads,
    },
  )
  const h = add(residual, mixed)
  const up = linear(w.scope('ffn_up'), layerNorm(w.scope('ffn_norm'), h, normEps), 'relu')
  return add(h, linear(w.scope('ffn_down'), up))
}

/**
 * Universal Sentence Encoder Lite (Cer et al. 2018): two pre-norm transformer layers, mean over tokens, tanh head,
 * unit length. ids, positions: i32 [rows]; offsets: i32 [sequences + 1]. Gives vectors [sequences, 512].
 */
export function useLite(config: UseLiteConfig, values: Readonly<Record<string, Value>>): TraceResult {
  const w = weightsOf(values)
  const { ids, positions, offsets } = {
    ids: w.get('ids'),
    positions: w.get('positions'),
    offsets: w.get('offsets'),
  }
  const signal = positionSignal(config.inverseFrequencies)
  const table = constant(ids, signal, [useLiteCapacity, 2 * config.inverseFrequencies.length])
  const words = embedding({ table: w.get('embedding'), ids })
  const two = constant(ids, [2], [1])
  const embedded = binary(
    { a: binary({ a: words, b: two }, { fn: 'mul' }), b: embedding({ table, ids: positions }) },
    { fn: 'add' },
  )
  // The first layer attends over the narrow embedding, its residual is the widened one.
  let x = embedded
  let h = linear(w.scope('projection'), embedded)
  for (let i = 0; i < config.layers; i++) {
    h = transformerLayer(w.scope(`layers.${i}`), x, h, offsets)
    x = h
  }
  const pooled = segmentPool({ x: h, offsets }, { fn: 'mean' })
  return { outputs: { vectors: l2Normalize(linear(w.scope('head'), pooled, 'tanh')) } }
}
