import { check } from '../../../../core/errors.ts'
import type { JsonFields } from '../../../../io/json_fields.ts'
import { checkBuckets, FARTHEST } from '../../../../layers/relative_bias.ts'
import type { FfnActivation } from '../../../families/activations.ts'
import { checkPositive, checkSizes } from '../../../sizes.ts'
import type { LanguageConfig } from '../define.ts'

/** T5, encoder and decoder (Raffel et al. 2020, arXiv 1910.10683). */
export interface T5Config extends LanguageConfig {
  readonly layers: number
  readonly decoderLayers: number
  readonly heads: number
  /** Width of a head. */
  readonly headWidth: number
  readonly ffn: number
  /** Whether the feed-forward part is gated, as since version 1.1. */
  readonly gated: boolean
  /** Of relative distances. */
  readonly buckets: number
  readonly activation: FfnActivation
  readonly normEps: number
  /** Whether the table of tokens is the weight of the head as well; its hidden rows are scaled by 1 / √width then. */
  readonly isTied: boolean
}

/** What config.json says. Throws VmmError BAD_FILE, UNSUPPORTED, BAD_ARGUMENT. */
export function t5Config(json: JsonFields): T5Config {
  json.only('relative_attention_max_distance', FARTHEST)
  const feedForward = json.oneOf('feed_forward_proj', ['relu', 'gated-gelu', 'gated-relu'], 'relu')
  const layers = json.size('num_layers')
  const config: T5Config = {
    vocabulary: json.size('vocab_size'),
    width: json.size('d_model'),
    contextTokens: null,
    layers,
    decoderLayers: json.size('num_decoder_layers', layers),
    heads: json.size('num_heads'),
    headWidth: json.size('d_kv'),
    ffn: json.size('d_ff'),
    gated: feedForward !== 'relu',
    buckets: json.size('relative_attention_num_buckets', 32),
    // "gated-gelu" means the approximation by tanh, as the first such checkpoints were trained.
    activation: feedForward === 'gated-gelu' ? 'gelu_tanh' : 'relu',
    normEps: json.number('layer_norm_epsilon', 1e-6),
    isTied: json.flag('tie_word_embeddings', true),
  }
  checkSizes(config, ['vocabulary', 'width', 'layers', 'heads', 'ffn'])
  checkSizes({ layers: config.decoderLayers }, ['layers'])
  const { headWidth } = config
  check(headWidth <= 1024, 'config.headWidth', headWidth, 'a whole number of 1 to 1024')
  checkBuckets(config.buckets)
  checkPositive(config, ['normEps'])
  return config
}
