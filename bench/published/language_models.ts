import { jsonFields } from '../../lib/io/json_fields.ts'
import type { LanguageConfig, LanguageFamily } from '../../lib/models/lm/families/define.ts'
import { gpt2 } from '../../lib/models/lm/families/gpt2/family.ts'
import { mamba } from '../../lib/models/lm/families/mamba/family.ts'
import { t5 } from '../../lib/models/lm/families/t5/family.ts'
import { count } from '../../lib/tensor/shape.ts'
import { byteLevel, type TokenizerFiles, unigram } from './tokenizer_json.ts'

/** A published language model of its true sizes, whose weights are random. No token ends its texts. */
export interface PublishedLanguageModel {
  /** Its folder. */
  readonly name: string
  readonly family: LanguageFamily
  /** Its config.json. */
  readonly config: Readonly<Record<string, unknown>>
  tokenizer(words: readonly string[]): TokenizerFiles
  /** Whether a weight is read for each token that is written. */
  isReadEachStep(weight: string): boolean
}

/** openai-community/gpt2 (Radford et al. 2019). */
export const gpt2Small: PublishedLanguageModel = {
  name: 'gpt2',
  family: gpt2,
  config: {
    ...{ architectures: ['GPT2LMHeadModel'], model_type: 'gpt2', vocab_size: 50_257 },
    ...{ n_embd: 768, n_layer: 12, n_head: 12, n_positions: 1024, n_ctx: 1024 },
    ...{ layer_norm_epsilon: 1e-5, activation_function: 'gelu_new', tie_word_embeddings: true },
  },
  tokenizer: byteLevel,
  isReadEachStep: () => true,
}

/** state-spaces/mamba-130m (Gu and Dao 2023, arXiv 2312.00752). */
export const mamba130: PublishedLanguageModel = {
  name: 'mamba-130m',
  family: mamba,
  config: {
    ...{ architectures: ['MambaForCausalLM'], model_type: 'mamba', vocab_size: 50_280 },
    ...{ hidden_size: 768, num_hidden_layers: 24, state_size: 16, expand: 2, intermediate_size: 1536 },
    ...{ conv_kernel: 4, time_step_rank: 48, layer_norm_epsilon: 1e-5, hidden_act: 'silu' },
    ...{ use_bias: false, use_conv_bias: true, residual_in_fp32: true, tie_word_embeddings: true },
  },
  tokenizer: byteLevel,
  isReadEachStep: () => true,
}

/** google-t5/t5-base (Raffel et al. 2020, arXiv 1910.10683). */
export const t5Base: PublishedLanguageModel = {
  name: 't5-base',
  family: t5,
  config: {
    ...{ architectures: ['T5ForConditionalGeneration'], model_type: 't5', vocab_size: 32_128 },
    ...{ d_model: 768, d_kv: 64, d_ff: 3072, num_layers: 12, num_decoder_layers: 12, num_heads: 12 },
    ...{ feed_forward_proj: 'relu', relative_attention_num_buckets: 32, layer_norm_epsilon: 1e-6 },
    ...{ dropout_rate: 0, is_encoder_decoder: true, tie_word_embeddings: true },
    ...{ decoder_start_token_id: 0, pad_token_id: 0 },
  },
  tokenizer: (words) => unigram(words, 32_100),
  // Keys and values of the prompt are made once.
  isReadEachStep: (weight) => !/^encoder\.|EncDecAttention\.[kv]\./.test(weight),
}

export function languageConfigOf({ family, config }: PublishedLanguageModel): LanguageConfig {
  return family.config(jsonFields('config.json', config))
}

/** Numbers of the matrices that each token that is written is multiplied with. */
export function weightsOfStep(model: PublishedLanguageModel): number {
  const specs = Object.entries(model.family.parameters(languageConfigOf(model)))
  const read = specs.filter(([name, { product }]) => product && model.isReadEachStep(name))
  return read.reduce((sum, [, { shape }]) => sum + count(shape), 0)
}
