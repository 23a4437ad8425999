import type { Value } from '../../../../graph/value.ts'
import { perHead } from '../../../../layers/attention.ts'
import { causalBias } from '../../../../layers/causal_bias.ts'
import { relativeBias } from '../../../../layers/relative_bias.ts'
import { t5CrossKeys, t5DecoderBlock, t5EncoderBlock, t5Norm } from '../../../../layers/t5.ts'
import type { Weights } from '../../../../layers/weights.ts'
import { cacheAppend, embedding, mul, reshape } from '../../../../ops/index.ts'
import type { Advanced, NextTokens } from '../define.ts'
import type { T5Config } from './config.ts'

export const WORDS = 'shared.weight'
/** Of the first blocks, which all share. */
export const ENCODER_BIAS = 'encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight'
export const DECODER_BIAS = 'decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight'

/** The state of a decoder's block: keys or values of its own tokens, or of the encoder's rows. */
export function stateName(block: number, of: 'own' | 'cross', part: 'k' | 'v'): string {
  return `decoder.block.${block}.${of}.${part}`
}

/** What the encoder reads. */
export interface T5EncoderInput {
  /** f32 [rows, width]: embeddings of tokens, or what stands in their place. */
  readonly x: Value
  /** i32 [sequences + 1] */
  readonly offsets: Value
  /** f32 [rows, 1], added to what each row scores as a key: see t5EncoderBlock. Null: all count. */
  readonly keyScores: Value | null
  /** See T5Sizes. */
  readonly drop?: ((x: Value) => Value) | undefined
}

/** The encoder's last rows, normalised, [rows, width]. */
export function t5Encoded(config: T5Config, w: Weights, input: T5EncoderInput): Value {
  const { x, offsets, keyScores, drop } = input
  const { layers, heads, gated, activation, normEps } = config
  const bias = relativeBias(w.get(ENCODER_BIAS))
  const options = { heads, gated, activation, normEps, offsets, bias, keyScores, drop }
  let rows = drop ? drop(x) : x
  for (let i = 0; i < layers; i++) rows = t5EncoderBlock(w.scope(`encoder.block.${i}`), rows, options)
  const encoded = t5Norm(w.scope('encoder.final_layer_norm'), rows, config)
  return drop ? drop(encoded) : encoded
}

/** The keys and values that the decoder's blocks make of the encoder's rows, [rows, inner] each, by names of states. */
export function t5Memory(config: T5Config, w: Weights, encoded: Value): Record<string, Value> {
  const memory: Record<string, Value> = {}
  for (let i = 0; i < config.decoderLayers; i++) {
    const { k, v } = t5CrossKeys(w.scope(`decoder.block.${i}`), encoded)
    memory[stateName(i, 'cross', 'k')] = k
    memory[stateName(i, 'cross', 'v')] = v
  }
  return memory
}

/** The decoder over the next tokens of its sequences. */
export function t5Advance(config: T5Config, w: Weights, next: NextTokens): Advanced {
  const { heads, gated, activation, normEps, decoderLayers, isTied, width } = config
  const { ids, positions, offsets, sequences, seen, memory, states } = next
  const bias = causalBias(w.get(DECODER_BIAS))
  const updates: Record<string, Value> = {}
  const keysOf = (state: Value) => {
    const [slots, capacity, inner] = state.shape as [number, number, number]
    return perHead(reshape(state, [slots * capacity, inner]), heads)
  }
  let x = embedding({ table: w.get(WORDS), ids })
  for (let i = 0; i < decoderLayers; i++) {
    const put = (part: 'k' | 'v', rows: Value) => {
      const name = stateName(i, 'own', part)
      const cache = cacheAppend({ cache: states[name]!, x: rows, slot: sequences, position: positions })
      updates[name] = cache
      return keysOf(cache)
    }
    const told = (part: 'k' | 'v') => keysOf(states[stateName(i, 'cross', part)]!)
    x = t5DecoderBlock(w.scope(`decoder.block.${i}`), x, {
      ...{ heads, gated, activation, normEps, offsets, bias },
      own: (k, v) => ({ k: put('k', k), v: put('v', v), kvRange: seen }),
      memory: { k: told('k'), v: told('v'), kvRange: memory },
    })
  }
  const hidden = t5Norm(w.scope('decoder.final_layer_norm'), x, config)
  return { hidden: isTied ? mul(hidden, 1 / Math.sqrt(width)) : hidden, states: updates }
}
