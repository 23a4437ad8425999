import type { Value } from '../../../graph/value.ts'
import { projectedAttention } from '../../../layers/attention.ts'
import { linear } from '../../../layers/linear.ts'
import { rotary, rotaryFrequencies } from '../../../layers/rotary.ts'
import type { Weights } from '../../../layers/weights.ts'
import { add, mul, rmsNorm } from '../../../ops/index.ts'
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
import { type Qwen2Config, qwen2Config } from './config.ts'

const WORDS = 'embed_tokens.weight'

/** Qwen2 as an encoder (Yang et al. 2024, arXiv 2407.10671), as stella_en_1.5B_v5 is (Zhang et al. 2024, arXiv 2412.19048). */
export const qwen2 = defineFamily<Qwen2Config>({
  architecture: 'qwen2',
  config: qwen2Config,
  tokenizer: readTokens,
  table: WORDS,
  parameters: (config) => {
    const { vocabulary, width, layers, heads, kvHeads, ffn } = config
    const none = { bias: false }
    const keys = (width / heads) * kvHeads
    const specs: Record<string, ParameterSpec> = { [WORDS]: tableParameter(vocabulary, width) }
    for (let i = 0; i < layers; i++) {
      const name = `layers.${i}`
      Object.assign(
        specs,
        normParameters(`${name}.input_layernorm`, width, none),
        linearParameters(`${name}.self_attn.q_proj`, width, width),
        linearParameters(`${name}.self_attn.k_proj`, keys, width),
        linearParameters(`${name}.self_attn.v_proj`, keys, width),
        linearParameters(`${name}.self_attn.o_proj`, width, width, none),
        normParameters(`${name}.post_attention_layernorm`, width, none),
        linearParameters(`${name}.mlp.gate_proj`, ffn, width, none),
        linearParameters(`${name}.mlp.up_proj`, ffn, width, none),
        linearParameters(`${name}.mlp.down_proj`, width, ffn, none),
      )
    }
    return { ...specs, ...normParameters('norm', width, none), ...sentenceHeadParameters(config) }
  },
  forward: (config, w, words, { positions, offsets }) => {
    const { layers, width, heads, kvHeads, ropeTheta, normEps: eps, causal } = config
    const norm = (own: Weights, x: Value) => rmsNorm({ x, weight: own.get('weight') }, { eps })
    const turn = rotary(rotaryFrequencies(width / heads, ropeTheta), positions)
    let x = words
    for (let i = 0; i < layers; i++) {
      const own = w.scope(`layers.${i}`)
      const [attn, mlp] = [own.scope('self_attn'), own.scope('mlp')]
      const projections = {
        q: attn.scope('q_proj'),
        k: attn.scope('k_proj'),
        v: attn.scope('v_proj'),
        out: attn.scope('o_proj'),
      }
      const read = norm(own.scope('input_layernorm'), x)
      x = add(x, projectedAttention(projections, read, offsets, { heads, kvHeads, turn, causal }))
      const y = norm(own.scope('post_attention_layernorm'), x)
      const gated = mul(linear(mlp.scope('gate_proj'), y, 'silu'), linear(mlp.scope('up_proj'), y))
      x = add(x, linear(mlp.scope('down_proj'), gated))
    }
    return norm(w.scope('norm'), x)
  },
  pooling: sentenceHead,
  operations: ({ width, heads, kvHeads, ffn, layers }, tokens) => {
    const products = 2 * width * width * (1 + kvHeads / heads) + 3 * width * ffn
    return layers * (2 * tokens * products + 4 * tokens * tokens * width)
  },
  models: {},
  published: {
    modelTypes: ['qwen2'],
    config: (json, pooling) => {
      json.only('hidden_act', 'silu')
      json.only('use_sliding_window', false)
      const rope = json.object('rope_parameters')
      // As the field is called now, and as it was before.
      for (const scaling of [rope, json.object('rope_scaling')])
        for (const field of ['rope_type', 'type']) scaling?.only(field, 'default')
      // Encoders that average all tokens, or bring a model of their own, were trained without the mask; configs seldom say it.
      const isOwn = typeof json.object('auto_map')?.raw('AutoModel') === 'string'
      return {
        ...publishedSizes(json),
        kvHeads: json.size('num_key_value_heads', json.size('num_attention_heads')),
        ropeTheta: (rope?.has('rope_theta') ? rope : json).number('rope_theta', 10_000),
        normEps: json.number('rms_norm_eps', 1e-6),
        causal: json.flag('is_causal', !isOwn && pooling === 'last'),
        capacityTokens: json.size('max_position_embeddings', 32_768),
      }
    },
    tensors: (name) => {
      const own = name.replace(/^model\./, '')
      return /^lm_head\.|\.rotary_emb\.inv_freq$/.test(own) ? null : own
    },
  },
  sample: {
    config: {
      ...{ space: 'sample-24', dims: 24, width: 24, capacityTokens: 12, vocabulary: 40 },
      ...{ layers: 2, heads: 2, kvHeads: 1, ffn: 32 },
    },
    tokens: () => sampleTokens(SAMPLE_TOKENIZER, 40),
  },
})
