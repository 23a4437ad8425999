import { projectedAttention } from '../../../layers/attention.ts'
import { layerNorm } from '../../../layers/norm.ts'
import { postNorm } from '../../../layers/post_norm.ts'
import { relativeBias } from '../../../layers/relative_bias.ts'
import { add, embedding, slice } from '../../../ops/index.ts'
import { readTokens } from '../../../text/tokenizers/tokens.ts'
import {
  linearParameters,
  normParameters,
  type ParameterSpec,
  tableParameter,
} from '../../../weights/specs.ts'
import { publishedActivation } from '../activations.ts'
import { defineFamily } from '../define.ts'
import { SAMPLE_TOKENIZER, sampleTokens } from '../sample.ts'
import { sentenceHead, sentenceHeadParameters } from '../sentence_head.ts'
import { publishedSizes } from '../sizes.ts'
import { FIRST_POSITION, type MpnetConfig, mpnetConfig } from './config.ts'

const WORDS = 'embeddings.word_embeddings.weight'
const POSITIONS = 'embeddings.position_embeddings.weight'
const BIAS = 'encoder.relative_attention_bias.weight'

/** MPNet (Song et al. 2020, arXiv 2004.09297), as all-mpnet-base-v2 is. */
export const mpnet = defineFamily<MpnetConfig>({
  architecture: 'mpnet',
  config: mpnetConfig,
  tokenizer: readTokens,
  table: WORDS,
  parameters: (config) => {
    const { vocabulary, positions, width, layers, ffn, buckets, heads } = config
    const specs: Record<string, ParameterSpec> = {
      [WORDS]: tableParameter(vocabulary, width),
      [POSITIONS]: tableParameter(positions, width),
      ...normParameters('embeddings.LayerNorm', width),
      [BIAS]: tableParameter(buckets, heads),
    }
    for (let i = 0; i < layers; i++) {
      const name = `encoder.layer.${i}`
      for (const part of ['q', 'k', 'v', 'o'])
        Object.assign(specs, linearParameters(`${name}.attention.attn.${part}`, width, width))
      Object.assign(
        specs,
        normParameters(`${name}.attention.LayerNorm`, width),
        linearParameters(`${name}.intermediate.dense`, ffn, width),
        linearParameters(`${name}.output.dense`, width, ffn),
        normParameters(`${name}.output.LayerNorm`, width),
      )
    }
    return { ...specs, ...sentenceHeadParameters(config) }
  },
  forward: (config, w, words, { positions, offsets }) => {
    const { layers, heads, normEps: eps, activation } = config
    const table = slice(w.get(POSITIONS), 0, FIRST_POSITION, config.positions)
    const place = embedding({ table, ids: positions })
    let x = layerNorm(w.scope('embeddings.LayerNorm'), add(words, place), eps)
    const bias = relativeBias(w.get(BIAS))
    for (let i = 0; i < layers; i++) {
      const own = w.scope(`encoder.layer.${i}`)
      const attn = own.scope('attention.attn')
      const projections = { q: attn.scope('q'), k: attn.scope('k'), v: attn.scope('v'), out: attn.scope('o') }
      const parts = {
        attentionNorm: own.scope('attention.LayerNorm'),
        up: own.scope('intermediate.dense'),
        down: own.scope('output.dense'),
        ffnNorm: own.scope('output.LayerNorm'),
      }
      const attended = projectedAttention(projections, x, offsets, { heads, bias })
      x = postNorm(parts, x, attended, { eps, activation })
    }
    return x
  },
  pooling: sentenceHead,
  operations: ({ width, ffn, layers }, tokens) =>
    layers * (2 * tokens * (4 * width * width + 2 * width * ffn) + 4 * tokens * tokens * width),
  models: {},
  published: {
    modelTypes: ['mpnet'],
    config: (json) => {
      const positions = json.size('max_position_embeddings', 514)
      return {
        ...publishedSizes(json),
        buckets: json.size('relative_attention_num_buckets', 32),
        normEps: json.number('layer_norm_eps', 1e-12),
        activation: publishedActivation(json, 'hidden_act'),
        positions,
        capacityTokens: Math.max(1, positions - FIRST_POSITION),
      }
    },
    tensors: (name) => {
      const own = name.replace(/^mpnet\./, '')
      return /^pooler\.|^lm_head\.|\.position_ids$/.test(own) ? null : own
    },
  },
  sample: {
    config: {
      ...{ space: 'sample-24', dims: 24, width: 24, capacityTokens: 12, vocabulary: 40 },
      ...{ layers: 2, heads: 2, ffn: 20, buckets: 8 },
    },
    tokens: () => sampleTokens(SAMPLE_TOKENIZER, 40),
  },
})
