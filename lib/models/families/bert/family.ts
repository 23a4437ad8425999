import { readTokens } from '../../../text/tokenizers/tokens.ts'
import { publishedActivation } from '../activations.ts'
import { defineFamily } from '../define.ts'
import { SAMPLE_TOKENIZER, sampleTokens } from '../sample.ts'
import { sentenceHead } from '../sentence_head.ts'
import { publishedSizes } from '../sizes.ts'
import { type BertConfig, bertConfig } from './config.ts'
import { bertForward, bertOperations, bertParameters, WORDS } from './network.ts'

/** BERT (Devlin et al. 2019, arXiv 1810.04805), as all-MiniLM-L6-v2 and its kind are. */
export const bert = defineFamily<BertConfig>({
  architecture: 'bert',
  config: bertConfig,
  tokenizer: readTokens,
  table: WORDS,
  parameters: bertParameters,
  forward: bertForward,
  pooling: sentenceHead,
  operations: bertOperations,
  models: {},
  published: {
    modelTypes: ['bert'],
    config: (json) => {
      json.only('position_embedding_type', 'absolute')
      const positions = json.size('max_position_embeddings', 512)
      return {
        ...publishedSizes(json),
        types: json.size('type_vocab_size', 2),
        normEps: json.number('layer_norm_eps', 1e-12),
        activation: publishedActivation(json, 'hidden_act'),
        positions,
        capacityTokens: positions,
      }
    },
    tensors: (name) => {
      const own = name
        .replace(/^bert\./, '')
        // As TensorFlow calls them, in Google's own checkpoints.
        .replace(
          /\.LayerNorm\.(gamma|beta)$/,
          (_, part) => `.LayerNorm.${part === 'gamma' ? 'weight' : 'bias'}`,
        )
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
