import { constant } from '../../../graph/trace.ts'
import { projectedAttention } from '../../../layers/attention.ts'
import { layerNorm } from '../../../layers/norm.ts'
import { postNorm } from '../../../layers/post_norm.ts'
import { add, embedding } from '../../../ops/index.ts'
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
import { type BertConfig, bertConfig } from './config.ts'

const WORDS = 'embeddings.word_embeddings.weight'
const POSITIONS = 'embeddings.position_embeddings.weight'
const TYPES = 'embeddings.token_type_embeddings.weight'

/** BERT (Devlin et al. 2019, arXiv 1810.04805), as all-MiniLM-L6-v2 and its kind are. */
export const bert = defineFamily<BertConfig>({
  architecture: 'bert',
  config: bertConfig,
  tokenizer: readTokens,
  table: WORDS,
  parameters: (config) => {
    const { vocabulary, positions, types, width, layers, ffn } = config
    const specs: Record<string, ParameterSpec> = {
      [WORDS]: tableParameter(vocabulary, width),
      [POSITIONS]: tableParameter(positions, width),
      [TYPES]: tableParameter(types, width),
      ...normParameters('embeddings.LayerNorm', width),
    }
    for (let i = 0; i < layers; i++) {
      const name = `encoder.layer.${i}`
      for (const part of ['query', 'key', 'value'])
        Object.assign(specs, linearParameters(`${name}.attention.self.${part}`, width, width))
      Object.assign(
        specs,
        linearParameters(`${name}.attention.output.dense`, width, width),
        normParameters(`${name}.attention.output.LayerNorm`, width),
        linearParameters(`${name}.intermediate.dense`, ffn, width),
        linearParameters(`${name}.output.dense`, width, ffn),
        normParameters(`${name}.output.LayerNorm`, width),
      )
    }
    return { ...specs, ...sentenceHeadParameters(config) }
  },
  forward: ({ layers, heads, normEps: eps, activation }, w, words, { positions, offsets }) => {
    const place = embedding({ table: w.get(POSITIONS), ids: positions })
    const type = embedding({ table: w.get(TYPES), ids: constant(words, [0], [1], 'i32') })
    let x = layerNorm(w.scope('embeddings.LayerNorm'), add(add(words, type), place), eps)
    for (let i = 0; i < layers; i++) {
      const own = w.scope(`encoder.layer.${i}`)
      const attention = own.scope('attention')
      const projections = {
        q: attention.scope('self.query'),
        k: attention.scope('self.key'),
        v: attention.scope('self.value'),
        out: attention.scope('output.dense'),
      }
      const parts = {
        attentionNorm: attention.scope('output.LayerNorm'),
        up: own.scope('intermediate.dense'),
        down: own.scope('output.dense'),
        ffnNorm: own.scope('output.LayerNorm'),
      }
      x = postNorm(parts, x, projectedAttention(projections, x, offsets, { heads }), { eps, activation })
    }
    return x
  },
  pooling: sentenceHead,
  operations: ({ width, ffn, layers }, tokens) =>
    layers * (2 * tokens * (4 * width * width + 2 * width * ffn) + 4 * tokens * tokens * width),
  models: {},
  published: {
    modelType: 'bert',
    config: (json) => {
      json.only('position_embedding_type', 'absolute')
      const positions = json.size('max_position_embeddings', 512)
      return {
        vocabulary: json.size('vocab_size'),
        width: json.size('hidden_size'),
        layers: json.size('num_hidden_layers'),
        heads: json.size('num_attention_heads'),
        ffn: json.size('intermediate_size'),
        types: json.size('type_vocab_size', 2),
        normEps: json.number('layer_norm_eps', 1e-12),
        activation: publishedActivation(json, 'hidden_act'),
        positions,
        capacityTokens: positions,
      }
    },
    tensors: (name) => {
      const own = name.replace(/^bert\./, '')
      return /^pooler\.|^cls\.|\.position_ids$|\.token_type_ids$/.test(own) ? null : own
    },
  },
  sample: {
    config: {
      space: 'sample-24',
      dims: 24,
      width: 24,
      capacityTokens: 12,
      vocabulary: 40,
      layers: 2,
      heads: 2,
      ffn: 20,
    },
    tokens: () => sampleTokens(SAMPLE_TOKENIZER, 40),
  },
})
