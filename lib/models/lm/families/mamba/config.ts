import { check, describe, VmmError } from '../../../../core/errors.ts'
import type { JsonFields } from '../../../../io/json_fields.ts'
import { checkPositive, checkSizes } from '../../../sizes.ts'
import type { LanguageConfig } from '../define.ts'

/** A language model of Mamba-1 blocks (Gu and Dao 2023, arXiv 2312.00752). */
export interface MambaLanguageConfig extends LanguageConfig {
  readonly blocks: number
  /** Channels of a block's convolution and scan. */
  readonly inner: number
  /** States per channel. */
  readonly dState: number
  /** Taps of the convolutions. */
  readonly dConv: number
  /** Rank of the projection to time steps. */
  readonly dtRank: number
  readonly normEps: number
  /** Whether the large projections have biases. */
  readonly bias: boolean
  readonly convBias: boolean
  /** Whether the table of tokens is the weight of the head as well. */
  readonly isTied: boolean
}

/** A config.json of state-spaces/mamba, which has no `model_type`. */
export function isOriginal(json: JsonFields): boolean {
  return ['d_model', 'n_layer', 'ssm_cfg'].every((field) => json.has(field))
}

/** What config.json says: that of MambaForCausalLM, or the original one. Throws VmmError BAD_FILE, UNSUPPORTED, BAD_ARGUMENT. */
export function mambaLanguageConfig(json: JsonFields): MambaLanguageConfig {
  const config = isOriginal(json) ? original(json) : converted(json)
  const { width, inner, dtRank, blocks, vocabulary, dState, dConv } = config
  checkSizes({ vocabulary, width, dModel: inner, blocks, dState, dConv, dtRank }, [
    ...(['vocabulary', 'width', 'dModel', 'blocks', 'dState', 'dConv', 'dtRank'] as const),
  ])
  check(dConv >= 2, 'config.dConv', dConv, '2 or more')
  checkPositive(config, ['normEps'])
  return config
}

function converted(json: JsonFields): MambaLanguageConfig {
  json.only('hidden_act', 'silu')
  const width = json.size('hidden_size')
  return {
    vocabulary: json.size('vocab_size'),
    width,
    contextTokens: null,
    blocks: json.size('num_hidden_layers'),
    inner: json.size('intermediate_size', json.size('expand', 2) * width),
    dState: json.size('state_size', 16),
    dConv: json.size('conv_kernel', 4),
    dtRank: rankOf(json, 'time_step_rank', width),
    normEps: json.number('layer_norm_epsilon', 1e-5),
    bias: json.flag('use_bias', false),
    convBias: json.flag('use_conv_bias', true),
    isTied: json.flag('tie_word_embeddings', true),
  }
}

function original(json: JsonFields): MambaLanguageConfig {
  json.only('rms_norm', true)
  const blocks = json.object('ssm_cfg')!
  blocks.only('layer', 'Mamba1')
  // Later versions of that repository mix other layers in between.
  json.only('d_intermediate', 0)
  const others = json.raw('attn_layer_idx') ?? []
  if (!Array.isArray(others) || others.length > 0)
    throw new VmmError('UNSUPPORTED', `${json.name}: attn_layer_idx: got ${describe(others)}; expected []`)
  const width = json.size('d_model')
  const multiple = json.size('pad_vocab_size_multiple', 8)
  return {
    vocabulary: Math.ceil(json.size('vocab_size') / multiple) * multiple,
    width,
    contextTokens: null,
    blocks: json.size('n_layer'),
    inner: blocks.size('expand', 2) * width,
    dState: blocks.size('d_state', 16),
    dConv: blocks.size('d_conv', 4),
    dtRank: rankOf(blocks, 'dt_rank', width),
    normEps: json.number('norm_epsilon', 1e-5),
    bias: blocks.flag('bias', false),
    convBias: blocks.flag('conv_bias', true),
    isTied: json.flag('tie_embeddings', true),
  }
}

/** 'auto', as configs may say and mean where they say nothing, is a sixteenth of the width. */
function rankOf(json: JsonFields, field: string, width: number): number {
  const auto = Math.ceil(width / 16)
  return json.raw(field) === 'auto' ? auto : json.size(field, auto)
}
