import { embedding } from '../../../../ops/index.ts'
import {
  linearParameters,
  matrixParameter,
  normParameters,
  type ParameterSpec,
  type ParameterSpecs,
  tableParameter,
} from '../../../../weights/specs.ts'
import { defineLanguageFamily, type StateSpec } from '../define.ts'
import { type T5Config, t5Config } from './config.ts'
import { DECODER_BIAS, ENCODER_BIAS, stateName, t5Advance, t5Encoded, t5Memory, WORDS } from './forward.ts'

const none = { bias: false }

/** Its own name of a tensor of a checkpoint: the table of tokens has three in files that keep them all. */
export function t5Tensor(name: string): string | null {
  if (/^(en|de)coder\.embed_tokens\.weight$/.test(name)) return WORDS
  // Checkpoints of 2019 have a bias by distance in the cross-attention, which nothing reads.
  if (name === 'decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight') return null
  return name === 'lm_head.weight' ? 'head.weight' : name
}

/** Every parameter of T5 by name. */
export function t5Parameters(config: T5Config): ParameterSpecs {
  const { vocabulary, width, layers, decoderLayers, heads, buckets } = config
  const specs: Record<string, ParameterSpec> = {
    [WORDS]: tableParameter(vocabulary, width),
    [ENCODER_BIAS]: tableParameter(buckets, heads),
    [DECODER_BIAS]: tableParameter(buckets, heads),
  }
  for (let i = 0; i < layers; i++)
    Object.assign(
      specs,
      attentionParameters(config, `encoder.block.${i}.layer.0`, 'SelfAttention'),
      feedForwardParameters(config, `encoder.block.${i}.layer.1`),
    )
  for (let i = 0; i < decoderLayers; i++)
    Object.assign(
      specs,
      attentionParameters(config, `decoder.block.${i}.layer.0`, 'SelfAttention'),
      attentionParameters(config, `decoder.block.${i}.layer.1`, 'EncDecAttention'),
      feedForwardParameters(config, `decoder.block.${i}.layer.2`),
    )
  return {
    ...specs,
    ...normParameters('encoder.final_layer_norm', width, none),
    ...normParameters('decoder.final_layer_norm', width, none),
    'head.weight': matrixParameter([], vocabulary, width),
  }
}

function attentionParameters(
  { width, heads, headWidth }: T5Config,
  layer: string,
  kind: string,
): ParameterSpecs {
  const inner = heads * headWidth
  const inputs = ['q', 'k', 'v'].map((part) =>
    linearParameters(`${layer}.${kind}.${part}`, inner, width, none),
  )
  return Object.assign(
    {},
    ...inputs,
    linearParameters(`${layer}.${kind}.o`, width, inner, none),
    normParameters(`${layer}.layer_norm`, width, none),
  )
}

function feedForwardParameters({ width, ffn, gated }: T5Config, layer: string): ParameterSpecs {
  const inputs = (gated ? ['wi_0', 'wi_1'] : ['wi']).map((part) =>
    linearParameters(`${layer}.DenseReluDense.${part}`, ffn, width, none),
  )
  return Object.assign(
    {},
    ...inputs,
    linearParameters(`${layer}.DenseReluDense.wo`, width, ffn, none),
    normParameters(`${layer}.layer_norm`, width, none),
  )
}

/** What a decoding keeps of its sequences. */
export function t5States({ decoderLayers, heads, headWidth }: T5Config): Record<string, StateSpec> {
  const shape = [heads * headWidth]
  const block = (i: number): [string, StateSpec][] =>
    (['k', 'v'] as const).flatMap((part): [string, StateSpec][] => [
      [stateName(i, 'own', part), { kind: 'tokens', shape, dtype: 'f32' }],
      [stateName(i, 'cross', part), { kind: 'memory', shape, dtype: 'f32' }],
    ])
  return Object.fromEntries(Array.from({ length: decoderLayers }, (_, i) => block(i)).flat())
}

/** T5 (Raffel et al. 2020, arXiv 1910.10683): t5-small, t5-base, version 1.1 (Shazeer 2020, arXiv 2002.05202) and flan. */
export const t5 = defineLanguageFamily<T5Config>({
  modelTypes: ['t5'],
  config: t5Config,
  tensors: t5Tensor,
  parameters: t5Parameters,
  tied: ({ isTied }) => (isTied ? WORDS : null),
  states: t5States,
  advance: t5Advance,
  encode: (config, w, { ids, offsets }) => {
    const x = embedding({ table: w.get(WORDS), ids })
    return t5Memory(config, w, t5Encoded(config, w, { x, offsets, keyScores: null }))
  },
})
