import type { Value } from '../../graph/value.ts'
import { perHead } from '../../layers/attention.ts'
import { causalBias } from '../../layers/causal_bias.ts'
import { t5CrossKeys, t5DecoderBlock, t5Norm } from '../../layers/t5.ts'
import type { Weights } from '../../layers/weights.ts'
import type { T5Config } from '../../models/lm/families/t5/config.ts'
import { DECODER_BIAS, WORDS } from '../../models/lm/families/t5/forward.ts'
import { embedding, linear, mul } from '../../ops/index.ts'

/** Whole texts that a decoder is given, with what its encoder has made of their readings. */
export interface TaughtTexts {
  /** i32 [rows]: the decoder's start, and the tokens of each text. */
  readonly tokens: Value
  /** i32 [texts + 1] */
  readonly offsets: Value
  /** The encoder's rows, [read, width]. */
  readonly encoded: Value
  /** i32 [texts, 2]: those of each text. */
  readonly memory: Value
  /** Dropout; left out where nothing is dropped. */
  readonly drop?: ((x: Value) => Value) | undefined
}

/**
 * What T5's decoder expects after each token of whole texts, [rows, vocabulary] (Raffel et al. 2020, arXiv 1910.10683): t5Advance
 * without caches, so that gradients go through it.
 */
export function taughtLogits(config: T5Config, w: Weights, texts: TaughtTexts): Value {
  const { heads, gated, activation, normEps, decoderLayers, isTied, width } = config
  const { tokens, offsets, encoded, memory, drop = (x) => x } = texts
  const bias = causalBias(w.get(DECODER_BIAS))
  let x = drop(embedding({ table: w.get(WORDS), ids: tokens }))
  for (let i = 0; i < decoderLayers; i++) {
    const block = w.scope(`decoder.block.${i}`)
    const { k, v } = t5CrossKeys(block, encoded)
    x = t5DecoderBlock(block, x, {
      ...{ heads, gated, activation, normEps, offsets, bias, drop: texts.drop },
      own: (k, v) => ({ k: perHead(k, heads), v: perHead(v, heads), kvRange: null }),
      memory: { k: perHead(k, heads), v: perHead(v, heads), kvRange: memory },
    })
  }
  const hidden = drop(t5Norm(w.scope('decoder.final_layer_norm'), x, config))
  const head = isTied ? WORDS : 'head.weight'
  return linear(
    { x: isTied ? mul(hidden, width ** -0.5) : hidden, weight: w.get(head), bias: null },
    { compute: w.compute },
  )
}
