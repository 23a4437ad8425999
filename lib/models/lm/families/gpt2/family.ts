import { joinedHeads, perHead } from '../../../../layers/attention.ts'
import { linear } from '../../../../layers/linear.ts'
import { layerNorm } from '../../../../layers/norm.ts'
import { add, attention, cacheAppend, embedding, reshape, slice } from '../../../../ops/index.ts'
import {
  linearParameters,
  matrixParameter,
  normParameters,
  type ParameterSpec,
  tableParameter,
} from '../../../../weights/specs.ts'
import { defineLanguageFamily } from '../define.ts'
import { type Gpt2Config, gpt2Config } from './config.ts'

const WORDS = 'wte.weight'
const PLACES = 'wpe.weight'

/** GPT-2 (Radford et al. 2019): a causal decoder, pre-norm, with learned positions; its products lie as [in, out]. */
export const gpt2 = defineLanguageFamily<Gpt2Config>({
  modelTypes: ['gpt2'],
  config: gpt2Config,
  tensors: (name) => {
    const own = name.replace(/^transformer\./, '')
    if (/^h\.\d+\.attn\.(bias|masked_bias)$/.test(own)) return null
    return own === 'lm_head.weight' ? 'head.weight' : own
  },
  transposed: (name) => /\.(c_attn|c_fc|c_proj)\.weight$/.test(name),
  parameters: ({ vocabulary, width, contextTokens, layers, ffn }) => {
    const specs: Record<string, ParameterSpec> = {
      [WORDS]: tableParameter(vocabulary, width),
      [PLACES]: tableParameter(contextTokens, width),
    }
    for (let i = 0; i < layers; i++) {
      const name = `h.${i}`
      Object.assign(
        specs,
        normParameters(`${name}.ln_1`, width),
        linearParameters(`${name}.attn.c_attn`, 3 * width, width),
        linearParameters(`${name}.attn.c_proj`, width, width),
        normParameters(`${name}.ln_2`, width),
        linearParameters(`${name}.mlp.c_fc`, ffn, width),
        linearParameters(`${name}.mlp.c_proj`, width, ffn),
      )
    }
    return {
      ...specs,
      ...normParameters('ln_f', width),
      'head.weight': matrixParameter([], vocabulary, width),
    }
  },
  tied: ({ isTied }) => (isTied ? WORDS : null),
  states: ({ layers, width }) =>
    Object.fromEntries(
      Array.from({ length: layers }, (_, i) => [
        `h.${i}.kv`,
        { kind: 'tokens', shape: [2 * width], dtype: 'f32' } as const,
      ]),
    ),
  advance: ({ layers, width, heads, activation, normEps }, w, next) => {
    const { ids, positions, offsets, sequences, seen } = next
    const states: Record<string, (typeof next.states)[string]> = {}
    let x = add(embedding({ table: w.get(WORDS), ids }), embedding({ table: w.get(PLACES), ids: positions }))
    for (let i = 0; i < layers; i++) {
      const own = w.scope(`h.${i}`)
      const name = `h.${i}.kv`
      const qkv = linear(own.scope('attn.c_attn'), layerNorm(own.scope('ln_1'), x, normEps))
      const cache = cacheAppend({
        cache: next.states[name]!,
        x: slice(qkv, 1, width, 3 * width),
        slot: sequences,
        position: positions,
      })
      states[name] = cache
      const rows = perHead(reshape(cache, [cache.shape[0]! * cache.shape[1]!, 2 * width]), 2 * heads)
      const [k, v] = [slice(rows, 1, 0, heads), slice(rows, 1, heads, 2 * heads)]
      const q = perHead(slice(qkv, 1, 0, width), heads)
      const looked = attention({ q, k, v, offsets, kvRange: seen }, { causal: true, scale: 0 })
      x = add(x, linear(own.scope('attn.c_proj'), joinedHeads(looked)))
      const up = linear(own.scope('mlp.c_fc'), layerNorm(own.scope('ln_2'), x, normEps), activation)
      x = add(x, linear(own.scope('mlp.c_proj'), up))
    }
    return { hidden: layerNorm(w.scope('ln_f'), x, normEps), states }
  },
  encode: null,
})
