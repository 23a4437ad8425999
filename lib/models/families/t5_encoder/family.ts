import type { Value } from '../../../graph/value.ts'
import { projectedAttention } from '../../../layers/attention.ts'
import { linear } from '../../../layers/linear.ts'
import { FARTHEST, relativeBias } from '../../../layers/relative_bias.ts'
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
import { type T5EncoderConfig, t5EncoderConfig } from './config.ts'

const WORDS = 'shared.weight'
/** Of the first block, which all share. */
const BIAS = 'encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight'

/** The encoder of T5 (Raffel et al. 2020, arXiv 1910.10683), as gtr-t5-base is (Ni et al. 2022, arXiv 2112.07899). */
export const t5Encoder = defineFamily<T5EncoderConfig>({
  architecture: 't5-encoder',
  config: t5EncoderConfig,
  tokenizer: readTokens,
  table: WORDS,
  parameters: (config) => {
    const { vocabulary, width, layers, heads, headWidth, ffn, gated, buckets } = config
    const none = { bias: false }
    const inner = heads * headWidth
    const specs: Record<string, ParameterSpec> = {
      [WORDS]: tableParameter(vocabulary, width),
      [BIAS]: tableParameter(buckets, heads),
    }
    for (let i = 0; i < layers; i++) {
      const [attention, ffnPart] = [`encoder.block.${i}.layer.0`, `encoder.block.${i}.layer.1`]
      for (const part of ['q', 'k', 'v'])
        Object.assign(specs, linearParameters(`${attention}.SelfAttention.${part}`, inner, width, none))
      Object.assign(
        specs,
        linearParameters(`${attention}.SelfAttention.o`, width, inner, none),
        normParameters(`${attention}.layer_norm`, width, none),
      )
      for (const part of gated ? ['wi_0', 'wi_1'] : ['wi'])
        Object.assign(specs, linearParameters(`${ffnPart}.DenseReluDense.${part}`, ffn, width, none))
      Object.assign(
        specs,
        linearParameters(`${ffnPart}.DenseReluDense.wo`, width, ffn, none),
        normParameters(`${ffnPart}.layer_norm`, width, none),
      )
    }
    return {
      ...specs,
      ...normParameters('encoder.final_layer_norm', width, none),
      ...sentenceHeadParameters(config),
    }
  },
  forward: ({ layers, heads, gated, activation, normEps: eps }, w, words, { offsets }) => {
    const bias = relativeBias(w.get(BIAS))
    const norm = (own: Weights, x: Value) => rmsNorm({ x, weight: own.get('weight') }, { eps })
    let x = words
    for (let i = 0; i < layers; i++) {
      const [attention, ffn] = [0, 1].map((part) => w.scope(`encoder.block.${i}.layer.${part}`)) as [
        Weights,
        Weights,
      ]
      const own = attention.scope('SelfAttention')
      const projections = { q: own.scope('q'), k: own.scope('k'), v: own.scope('v'), out: own.scope('o') }
      const read = norm(attention.scope('layer_norm'), x)
      x = add(x, projectedAttention(projections, read, offsets, { heads, bias, scale: 1 }))
      const dense = ffn.scope('DenseReluDense')
      const y = norm(ffn.scope('layer_norm'), x)
      const up = gated
        ? mul(linear(dense.scope('wi_0'), y, activation), linear(dense.scope('wi_1'), y))
        : linear(dense.scope('wi'), y, activation)
      x = add(x, linear(dense.scope('wo'), up))
    }
    return norm(w.scope('encoder.final_layer_norm'), x)
  },
  pooling: sentenceHead,
  operations: ({ width, heads, headWidth, ffn, gated, layers }, tokens) => {
    const inner = heads * headWidth
    const products = 4 * width * inner + (gated ? 3 : 2) * width * ffn
    return layers * (2 * tokens * products + 4 * tokens * tokens * inner)
  },
  models: {},
  published: {
    modelTypes: ['t5'],
    config: (json) => {
      json.only('relative_attention_max_distance', FARTHEST)
      const feedForward = json.oneOf('feed_forward_proj', ['relu', 'gated-gelu', 'gated-relu'], 'relu')
      return {
        vocabulary: json.size('vocab_size'),
        width: json.size('d_model'),
        headWidth: json.size('d_kv'),
        layers: json.size('num_layers'),
        heads: json.size('num_heads'),
        ffn: json.size('d_ff'),
        buckets: json.size('relative_attention_num_buckets', 32),
        normEps: json.number('layer_norm_epsilon', 1e-6),
        gated: feedForward !== 'relu',
        // "gated-gelu" means the approximation by tanh, as the first such checkpoints were trained.
        activation: feedForward === 'gated-gelu' ? 'gelu_tanh' : 'relu',
        capacityTokens: json.size('n_positions', 512),
      }
    },
    tensors: (name) => {
      if (name === 'encoder.embed_tokens.weight') return WORDS
      return /^decoder\.|^lm_head\./.test(name) ? null : name
    },
  },
  sample: {
    config: {
      ...{ space: 'sample-24', dims: 24, width: 24, capacityTokens: 12, vocabulary: 40 },
      ...{ layers: 2, heads: 2, headWidth: 8, ffn: 32, buckets: 8 },
    },
    tokens: () => sampleTokens(SAMPLE_TOKENIZER, 40),
  },
})
