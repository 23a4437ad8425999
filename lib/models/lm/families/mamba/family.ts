import type { Value } from '../../../../graph/value.ts'
import { mambaLanguageBlock } from '../../../../layers/mamba_language.ts'
import { embedding, rmsNorm } from '../../../../ops/index.ts'
import {
  constantParameter,
  linearParameters,
  matrixParameter,
  normParameters,
  type ParameterSpec,
  parameter,
  tableParameter,
} from '../../../../weights/specs.ts'
import { defineLanguageFamily, type StateSpec } from '../define.ts'
import { isOriginal, type MambaLanguageConfig, mambaLanguageConfig } from './config.ts'

const WORDS = 'backbone.embeddings.weight'
const block = (i: number) => `backbone.layers.${i}`

/** GPT-NeoX's tokenizer, which all of them were trained with. */
const TOKENIZERS = [
  ...['130m', '370m', '790m', '1.4b', '2.8b'].map((size) => `state-spaces/mamba-${size}-hf`),
  'EleutherAI/gpt-neox-20b',
]

/** Mamba-1 (Gu and Dao 2023, arXiv 2312.00752): state-spaces/mamba-130m … 2.8b, and what transformers makes of them. */
export const mamba = defineLanguageFamily<MambaLanguageConfig>({
  modelTypes: ['mamba'],
  claims: isOriginal,
  tokenizers: TOKENIZERS,
  config: mambaLanguageConfig,
  tensors: (name) => {
    if (name === 'backbone.embedding.weight') return WORDS
    return name === 'lm_head.weight' ? 'head.weight' : name
  },
  parameters: (config) => {
    const { vocabulary, width, blocks, inner, dState, dConv, dtRank, bias, convBias } = config
    const specs: Record<string, ParameterSpec> = { [WORDS]: tableParameter(vocabulary, width) }
    for (let i = 0; i < blocks; i++) {
      const mixer = `${block(i)}.mixer`
      Object.assign(
        specs,
        normParameters(`${block(i)}.norm`, width, { bias: false }),
        linearParameters(`${mixer}.in_proj`, 2 * inner, width, { bias }),
        {
          [`${mixer}.conv1d.weight`]: parameter({
            shape: [inner, 1, dConv],
            init: { kind: 'uniform', bound: 1 / Math.sqrt(dConv) },
          }),
        },
        convBias ? { [`${mixer}.conv1d.bias`]: constantParameter([inner], 0) } : {},
        linearParameters(`${mixer}.x_proj`, dtRank + 2 * dState, inner, { bias: false }),
        linearParameters(`${mixer}.dt_proj`, inner, dtRank),
        {
          [`${mixer}.A_log`]: parameter({ shape: [inner, dState], init: { kind: 'a_log' } }),
          [`${mixer}.D`]: constantParameter([inner], 1),
        },
        linearParameters(`${mixer}.out_proj`, width, inner, { bias }),
      )
    }
    return {
      ...specs,
      ...normParameters('backbone.norm_f', width, { bias: false }),
      'head.weight': matrixParameter([], vocabulary, width),
    }
  },
  sized: (name) => name.endsWith('.x_proj.weight'),
  tied: ({ isTied }) => (isTied ? WORDS : null),
  states: ({ blocks, inner, dState, dConv }) =>
    Object.fromEntries(
      Array.from({ length: blocks }, (_, i): [string, StateSpec][] => [
        [`${block(i)}.conv`, { kind: 'sequence', shape: [inner, dConv - 1], dtype: 'f32' }],
        [`${block(i)}.scan`, { kind: 'sequence', shape: [inner, dState], dtype: 'f32' }],
      ]).flat(),
    ),
  advance: ({ blocks, dtRank, normEps }, w, { ids, offsets, states }) => {
    const updates: Record<string, Value> = {}
    let x = embedding({ table: w.get(WORDS), ids })
    for (let i = 0; i < blocks; i++) {
      const [conv, scan] = [`${block(i)}.conv`, `${block(i)}.scan`]
      const { y, state } = mambaLanguageBlock(w.scope(block(i)), x, {
        offsets,
        state: { conv: states[conv]!, scan: states[scan]! },
        normEps,
        rank: dtRank,
      })
      x = y
      updates[conv] = state.conv
      updates[scan] = state.scan
    }
    return {
      hidden: rmsNorm({ x, weight: w.get('backbone.norm_f.weight') }, { eps: normEps }),
      states: updates,
    }
  },
  encode: null,
})
