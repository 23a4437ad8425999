import { check } from '../../../../core/errors.ts'
import type { JsonFields } from '../../../../io/json_fields.ts'
import { type FfnActivation, publishedActivation } from '../../../families/activations.ts'
import { checkPositive, checkSizes } from '../../../sizes.ts'
import type { LanguageConfig } from '../define.ts'

/** GPT-2 (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners"). */
export interface Gpt2Config extends LanguageConfig {
  readonly contextTokens: number
  readonly layers: number
  readonly heads: number
  /** Hidden units of a layer's feed-forward part. */
  readonly ffn: number
  readonly activation: FfnActivation
  readonly normEps: number
  /** Whether the table of tokens is the weight of the head as well. */
  readonly isTied: boolean
}

/** What config.json says. Throws VmmError BAD_FILE, UNSUPPORTED, BAD_ARGUMENT. */
export function gpt2Config(json: JsonFields): Gpt2Config {
  json.only('scale_attn_weights', true)
  json.only('scale_attn_by_inverse_layer_idx', false)
  json.only('add_cross_attention', false)
  const width = json.size('n_embd')
  const config = {
    vocabulary: json.size('vocab_size'),
    width,
    contextTokens: json.size('n_positions', json.size('n_ctx', 1024)),
    layers: json.size('n_layer'),
    heads: json.size('n_head'),
    ffn: json.size('n_inner', 4 * width),
    activation: json.has('activation_function')
      ? publishedActivation(json, 'activation_function')
      : 'gelu_tanh',
    normEps: json.number('layer_norm_epsilon', 1e-5),
    isTied: json.flag('tie_word_embeddings', true),
  } as const
  checkSizes({ ...config, positions: config.contextTokens }, [
    ...(['vocabulary', 'width', 'positions', 'layers', 'heads', 'ffn'] as const),
  ])
  checkPositive(config, ['normEps'])
  check(width % config.heads === 0, 'config.heads', config.heads, `a divisor of the width, ${width}`)
  return config
}
