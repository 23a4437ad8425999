import { jsonFields } from '../../lib/io/json_fields.ts'
import { bert } from '../../lib/models/families/bert/family.ts'
import type { EncoderConfig, EncoderFamily } from '../../lib/models/families/define.ts'
import { gte } from '../../lib/models/families/gte/family.ts'
import { mpnet } from '../../lib/models/families/mpnet/family.ts'
import { qwen2 } from '../../lib/models/families/qwen2/family.ts'
import type { DenseHead } from '../../lib/models/families/sentence_head.ts'
import { t5Encoder } from '../../lib/models/families/t5_encoder/family.ts'
import { byteLevel, type TokenizerFiles, unigram, wordPiece } from './tokenizer_json.ts'

/** A published encoder of its true sizes, whose weights are random. */
export interface PublishedModel {
  /** Its folder. */
  readonly name: string
  readonly family: EncoderFamily
  /** Its config.json. */
  readonly config: Readonly<Record<string, unknown>>
  /** How its weights are stored. */
  readonly dtype: 'F32' | 'F16' | 'BF16'
  /** Tokens of a text that are read. */
  readonly maxTokens: number
  /** The Dense module behind its pooling. */
  readonly dense: DenseHead | null
  tokenizer(words: readonly string[]): TokenizerFiles
}

/** all-MiniLM-L6-v2 (Wang et al. 2020, arXiv 2002.10957). */
export const miniLm: PublishedModel = {
  name: 'minilm',
  family: bert,
  config: {
    ...{ architectures: ['BertModel'], model_type: 'bert', vocab_size: 30_522 },
    ...{ hidden_size: 384, num_hidden_layers: 6, num_attention_heads: 12, intermediate_size: 1536 },
    ...{ max_position_embeddings: 512, type_vocab_size: 2, layer_norm_eps: 1e-12 },
    ...{ hidden_act: 'gelu', pad_token_id: 0 },
  },
  dtype: 'F32',
  maxTokens: 256,
  dense: null,
  tokenizer: (words) => wordPiece(words, 30_522, 'bert'),
}

/** all-mpnet-base-v2 (Song et al. 2020, arXiv 2004.09297). */
export const mpnetBase: PublishedModel = {
  name: 'mpnet',
  family: mpnet,
  config: {
    ...{ architectures: ['MPNetModel'], model_type: 'mpnet', vocab_size: 30_527 },
    ...{ hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, intermediate_size: 3072 },
    ...{ max_position_embeddings: 514, relative_attention_num_buckets: 32, layer_norm_eps: 1e-5 },
    ...{ hidden_act: 'gelu', pad_token_id: 1, bos_token_id: 0, eos_token_id: 2 },
  },
  dtype: 'F32',
  maxTokens: 384,
  dense: null,
  tokenizer: (words) => wordPiece(words, 30_527, 'mpnet'),
}

/** gtr-t5-base (Ni et al. 2022, arXiv 2112.07899). */
export const gtrBase: PublishedModel = {
  name: 'gtr',
  family: t5Encoder,
  config: {
    ...{ architectures: ['T5EncoderModel'], model_type: 't5', vocab_size: 32_128 },
    ...{ d_model: 768, d_kv: 64, d_ff: 3072, num_layers: 12, num_heads: 12 },
    ...{ feed_forward_proj: 'relu', relative_attention_num_buckets: 32, layer_norm_epsilon: 1e-6 },
    ...{ dropout_rate: 0, is_encoder_decoder: false, pad_token_id: 0, eos_token_id: 1 },
  },
  dtype: 'F16',
  maxTokens: 512,
  dense: { dims: 768, bias: false, activation: 'none' },
  tokenizer: (words) => unigram(words, 32_100),
}

/** stella_en_400M_v5 (Zhang et al. 2024, arXiv 2412.19048). */
export const stella400: PublishedModel = {
  name: 'stella-400m',
  family: gte,
  config: {
    ...{ architectures: ['NewModel'], model_type: 'new', vocab_size: 30_528 },
    ...{ hidden_size: 1024, num_hidden_layers: 24, num_attention_heads: 16, intermediate_size: 4096 },
    ...{ max_position_embeddings: 8192, type_vocab_size: 2, layer_norm_eps: 1e-12, hidden_act: 'gelu' },
    ...{ layer_norm_type: 'layer_norm', position_embedding_type: 'rope', rope_theta: 160_000 },
    ...{ rope_scaling: { type: 'ntk', factor: 2 }, pack_qkv: true, logn_attention_scale: false },
    pad_token_id: 0,
  },
  dtype: 'F32',
  maxTokens: 512,
  dense: { dims: 1024, bias: true, activation: 'none' },
  tokenizer: (words) => wordPiece(words, 30_522, 'bert'),
}

/** stella_en_1.5B_v5 (Zhang et al. 2024, arXiv 2412.19048). */
export const stella1500: PublishedModel = {
  name: 'stella-1.5b',
  family: qwen2,
  config: {
    ...{ architectures: ['Qwen2Model'], model_type: 'qwen2', vocab_size: 151_646 },
    ...{ hidden_size: 1536, num_hidden_layers: 28, num_attention_heads: 12, num_key_value_heads: 2 },
    ...{ intermediate_size: 8960, max_position_embeddings: 131_072, rope_theta: 1_000_000 },
    ...{ rms_norm_eps: 1e-6, hidden_act: 'silu', pad_token_id: 256, eos_token_id: 256 },
  },
  dtype: 'BF16',
  maxTokens: 512,
  dense: { dims: 1024, bias: true, activation: 'none' },
  tokenizer: byteLevel,
}

/** What the family makes of a model's config.json. */
export function configOf({ name, family, config, maxTokens, dense }: PublishedModel): EncoderConfig {
  const own = family.published!.config(jsonFields('config.json', config), 'mean') as object
  const width = (own as { readonly width: number }).width
  const given = { ...own, space: name, capacityTokens: maxTokens, dims: dense?.dims ?? width }
  return family.config(dense === null ? given : { ...given, ...{ dense: [dense] } })
}

/** Multiplications and additions for texts of so many tokens. */
export function operationsOf(model: PublishedModel, tokens: readonly number[]): number {
  const config = configOf(model)
  return tokens.reduce((sum, one) => sum + model.family.operations(config, one), 0)
}
