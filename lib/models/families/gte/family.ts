import { constant } from '../../../graph/trace.ts'
import type { Value } from '../../../graph/value.ts'
import { joinedHeads, perHead } from '../../../layers/attention.ts'
import { linear } from '../../../layers/linear.ts'
import { layerNorm } from '../../../layers/norm.ts'
import { rotary, rotaryFrequencies } from '../../../layers/rotary.ts'
import type { Weights } from '../../../layers/weights.ts'
import { add, attention, embedding, gelu, mul, slice } from '../../../ops/index.ts'
import { readTokens } from '../../../text/tokenizers/tokens.ts'
import {
  linearParameters,
  normParameters,
  type ParameterSpec,
  tableParameter,
} from '../../../weights/specs.ts'
import { defineFamily } from '../define.ts'
import { SAMPLE_TOKENIZER, sampleTokens } from '../sample.ts'
import { sentenceHead, sentenceHeadParameters } from '../sentence_head.ts'
import { publishedSizes } from '../sizes.ts'
import { type GteConfig, gteConfig } from './config.ts'

const WORDS = 'embeddings.word_embeddings.weight'
const TYPES = 'embeddings.token_type_embeddings.weight'

/** The "new" model of GTE (Zhang et al. 2024, arXiv 2407.19669), as stella_en_400M_v5 is (Zhang et al. 2024, arXiv 2412.19048). */
export const gte = defineFamily<GteConfig>({
  architecture: 'gte',
  config: gteConfig,
  tokenizer: readTokens,
  table: WORDS,
  parameters: (config) => {
    const { vocabulary, types, width, layers, ffn } = config
    const specs: Record<string, ParameterSpec> = { [WORDS]: tableParameter(vocabulary, width) }
    if (types > 0) specs[TYPES] = tableParameter(types, width)
    Object.assign(specs, normParameters('embeddings.LayerNorm', width))
    for (let i = 0; i < layers; i++) {
      const name = `encoder.layer.${i}`
      Object.assign(
        specs,
        linearParameters(`${name}.attention.qkv_proj`, 3 * width, width),
        linearParameters(`${name}.attention.o_proj`, width, width),
        normParameters(`${name}.attn_ln`, width),
        linearParameters(`${name}.mlp.up_gate_proj`, 2 * ffn, width, { bias: false }),
        linearParameters(`${name}.mlp.down_proj`, width, ffn),
        normParameters(`${name}.mlp_ln`, width),
      )
    }
    return { ...specs, ...sentenceHeadParameters(config) }
  },
  forward: (config, w, words, { positions, offsets }) => {
    const { layers, heads, types, normEps: eps } = config
    const type = types > 0 && embedding({ table: w.get(TYPES), ids: constant(words, [0], [1], 'i32') })
    const turn = rotary(frequencies(config), positions)
    let x = layerNorm(w.scope('embeddings.LayerNorm'), type ? add(words, type) : words, eps)
    for (let i = 0; i < layers; i++) {
      const own = w.scope(`encoder.layer.${i}`)
      const looked = add(x, attended(own.scope('attention'), x, { offsets, heads, turn }))
      const y = layerNorm(own.scope('attn_ln'), looked, eps)
      x = layerNorm(own.scope('mlp_ln'), add(y, gated(own.scope('mlp'), y)), eps)
    }
    return x
  },
  pooling: sentenceHead,
  operations: ({ width, ffn, layers }, tokens) =>
    layers * (2 * tokens * (4 * width * width + 3 * width * ffn) + 4 * tokens * tokens * width),
  models: {},
  published: {
    modelTypes: ['new'],
    config: (json) => {
      json.only('position_embedding_type', 'rope')
      json.only('layer_norm_type', 'layer_norm')
      json.only('hidden_act', 'gelu')
      json.only('pack_qkv', true)
      json.only('logn_attention_scale', false)
      const scaling = json.object('rope_scaling')
      scaling?.oneOf('type', ['ntk'])
      if (scaling?.has('mixed_b')) scaling.only('mixed_b', false)
      return {
        ...publishedSizes(json),
        types: json.count('type_vocab_size', 1),
        ropeTheta: json.number('rope_theta', 10_000),
        ropeFactor: scaling?.number('factor') ?? 1,
        normEps: json.number('layer_norm_eps', 1e-12),
        capacityTokens: json.size('max_position_embeddings', 8192),
      }
    },
    tensors: (name) => {
      const own = name.replace(/^new\./, '')
      return /^pooler\.|^lm_head\.|^classifier\.|\.position_ids$|\.inv_freq$/.test(own) ? null : own
    },
  },
  sample: {
    config: {
      ...{ space: 'sample-24', dims: 24, width: 24, capacityTokens: 12, vocabulary: 40 },
      ...{ layers: 2, heads: 2, ffn: 32 },
    },
    tokens: () => sampleTokens(SAMPLE_TOKENIZER, 40),
  },
})

/** Frequencies of a head's pairs, with the positions stretched from the first one on, as the model was trained. */
function frequencies({ width, heads, ropeTheta, ropeFactor }: GteConfig): number[] {
  const own = width / heads
  return rotaryFrequencies(own, ropeTheta * ropeFactor).map((f) => f / ropeFactor ** (2 / own))
}

function attended(
  w: Weights,
  x: Value,
  {
    offsets,
    heads,
    turn,
  }: { readonly offsets: Value; readonly heads: number; readonly turn: (x: Value) => Value },
): Value {
  const joined = perHead(linear(w.scope('qkv_proj'), x), 3 * heads)
  const [q, k, v] = [0, 1, 2].map((i) => slice(joined, 1, i * heads, (i + 1) * heads)) as [
    Value,
    Value,
    Value,
  ]
  const y = attention({ q: turn(q), k: turn(k), v, offsets }, { causal: false, scale: 0 })
  return linear(w.scope('o_proj'), joinedHeads(y))
}

/** down (gelu(gate) · up): the first half of the joined product is up. */
function gated(w: Weights, x: Value): Value {
  const joined = linear(w.scope('up_gate_proj'), x)
  const half = joined.shape[1]! / 2
  const [up, gate] = [slice(joined, 1, 0, half), slice(joined, 1, half, 2 * half)]
  return linear(w.scope('down_proj'), mul(gelu(gate), up))
}
