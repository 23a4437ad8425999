import { differentiate } from '../../../graph/differentiate.ts'
import { constant, type TraceResult } from '../../../graph/trace.ts'
import type { Value } from '../../../graph/value.ts'
import { selfAttention } from '../../../layers/attention.ts'
import { linear } from '../../../layers/linear.ts'
import { l2Normalize, layerNorm } from '../../../layers/norm.ts'
import { type Weights, weightsOf } from '../../../layers/weights.ts'
import {
  binary,
  embedding,
  linear as linearOp,
  mul,
  reshape,
  segmentPool,
  sum,
  takeAlong,
} from '../../../ops/index.ts'

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
  const words = embedding({ table: w.get('embedding'), ids: w.get('ids') })
  return { outputs: { vectors: vectorsOfWords(config, w, words) } }
}

/** useLite from the embeddings of the tokens on, [rows, 256]. */
function vectorsOfWords(config: UseLiteConfig, w: Weights, words: Value): Value {
  const offsets = w.get('offsets')
  const signal = positionSignal(config.inverseFrequencies)
  const table = constant(words, signal, [useLiteCapacity, 2 * config.inverseFrequencies.length])
  const two = constant(words, [2], [1])
  const embedded = binary(
    { a: binary({ a: words, b: two }, { fn: 'mul' }), b: embedding({ table, ids: w.get('positions') }) },
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
  return l2Normalize(linear(w.scope('head'), pooled, 'tanh'))
}

/**
 * What each place of a text would add to its cosine with a vector if another token stood there, to first order: the
 * product of the token's embedding and the gradient of the cosine (HotFlip, Ebrahimi et al. 2018, arXiv 1712.06751).
 * Beside the inputs of useLite: vectors f32 [sequences, 512] of unit length, asked i32 [rows, k]. Gives lifts [rows, k].
 */
export function useLiteLifts(config: UseLiteConfig, values: Readonly<Record<string, Value>>): TraceResult {
  const w = weightsOf(values)
  const table = w.get('embedding')
  const words = embedding({ table, ids: w.get('ids') })
  const cosines = reshape(sum(mul(vectorsOfWords(config, w, words), w.get('vectors'))), [1])
  const [gradient] = differentiate(cosines, [words])
  const all = linearOp({ x: gradient!, weight: table })
  return { outputs: { lifts: takeAlong({ x: all, index: w.get('asked') }) } }
}
