import { readTokens } from '../../../text/tokenizers/tokens.ts'
import { publishedActivation } from '../activations.ts'
import { type BertConfig, bertConfig } from '../bert/config.ts'
import { bertForward, bertOperations, bertParameters, WORDS } from '../bert/network.ts'
import { defineFamily } from '../define.ts'
import { SAMPLE_TOKENIZER, sampleTokens } from '../sample.ts'
import { sentenceHead } from '../sentence_head.ts'
import { publishedSizes } from '../sizes.ts'

/**
 * RoBERTa (Liu et al. 2019, arXiv 1907.11692) and XLM-RoBERTa (Conneau et al. 2020, arXiv 1911.02116), as
 * all-distilroberta-v1, multilingual-e5 and bge-m3 are: BERT whose positions begin behind that of padding.
 */
export const roberta = defineFamily<BertConfig>({
  architecture: 'roberta',
  config: bertConfig,
  tokenizer: readTokens,
  table: WORDS,
  parameters: bertParameters,
  forward: bertForward,
  pooling: sentenceHead,
  operations: bertOperations,
  models: {},
  published: {
    modelTypes: ['camembert', 'roberta', 'xlm-roberta'],
    config: (json) => {
      json.only('position_embedding_type', 'absolute')
      const positions = json.size('max_position_embeddings', 514)
      const firstPosition = json.count('pad_token_id', 1) + 1
      return {
        ...publishedSizes(json),
        types: json.size('type_vocab_size', 1),
        normEps: json.number('layer_norm_eps', 1e-5),
        activation: publishedActivation(json, 'hidden_act'),
        positions,
        firstPosition,
        capacityTokens: Math.max(1, positions - firstPosition),
      }
    },
    tensors: (name) => {
      const own = name.replace(/^roberta\./, '')
      return /^pooler\.|^lm_head\.|\.position_ids$|\.token_type_ids$/.test(own) ? null : own
    },
  },
  sample: {
    config: {
      ...{ space: 'sample-24', dims: 24, width: 24, capacityTokens: 12, vocabulary: 40 },
      ...{ layers: 2, heads: 2, ffn: 20, types: 1, firstPosition: 2 },
    },
    tokens: () => sampleTokens(SAMPLE_TOKENIZER, 40),
  },
})
