import { constant } from '../../../graph/trace.ts'
import type { Value } from '../../../graph/value.ts'
import { projectedAttention } from '../../../layers/attention.ts'
import { layerNorm } from '../../../layers/norm.ts'
import { postNorm } from '../../../layers/post_norm.ts'
import type { Weights } from '../../../layers/weights.ts'
import { add, embedding, slice } from '../../../ops/index.ts'
import {
  linearParameters,
  normParameters,
  type ParameterSpec,
  type ParameterSpecs,
  tableParameter,
} from '../../../weights/specs.ts'
import type { TokenInputs } from '../define.ts'
import { sentenceHeadParameters } from '../sentence_head.ts'
import type { BertConfig } from './config.ts'

export const WORDS = 'embeddings.word_embeddings.weight'
const POSITIONS = 'embeddings.position_embeddings.weight'
const TYPES = 'embeddings.token_type_embeddings.weight'

/** Every tensor by its published name, and those of the head. */
export function bertParameters(config: BertConfig): ParameterSpecs {
  const { vocabulary, positions, types, width, layers, ffn } = config
  const specs: Record<string, ParameterSpec> = {
    [WORDS]: tableParameter(vocabulary, width),
    [POSITIONS]: tableParameter(positions, width),
    [TYPES]: tableParameter(types, width),
    ...normParameters('embeddings.LayerNorm', width),
  }
  for (let i = 0; i < layers; i++) {
    const name = `encoder.layer.${i}`
    for (const part of ['query', 'key', 'value'])
      Object.assign(specs, linearParameters(`${name}.attention.self.${part}`, width, width))
    Object.assign(
      specs,
      linearParameters(`${name}.attention.output.dense`, width, width),
      normParameters(`${name}.attention.output.LayerNorm`, width),
      linearParameters(`${name}.intermediate.dense`, ffn, width),
      linearParameters(`${name}.output.dense`, width, ffn),
      normParameters(`${name}.output.LayerNorm`, width),
    )
  }
  return { ...specs, ...sentenceHeadParameters(config) }
}

/** Post-norm layers over words [rows, width], their positions and the first type: [rows, width]. */
export function bertForward(
  config: BertConfig,
  w: Weights,
  words: Value,
  { positions, offsets }: TokenInputs,
): Value {
  const { layers, heads, normEps: eps, activation } = config
  const table = slice(w.get(POSITIONS), 0, config.firstPosition, config.positions)
  const place = embedding({ table, ids: positions })
  const type = embedding({ table: w.get(TYPES), ids: constant(words, [0], [1], 'i32') })
  let x = layerNorm(w.scope('embeddings.LayerNorm'), add(add(words, type), place), eps)
  for (let i = 0; i < layers; i++) {
    const own = w.scope(`encoder.layer.${i}`)
    const attention = own.scope('attention')
    const projections = {
      q: attention.scope('self.query'),
      k: attention.scope('self.key'),
      v: attention.scope('self.value'),
      out: attention.scope('output.dense'),
    }
    const parts = {
      attentionNorm: attention.scope('output.LayerNorm'),
      up: own.scope('intermediate.dense'),
      down: own.scope('output.dense'),
      ffnNorm: own.scope('output.LayerNorm'),
    }
    x = postNorm(parts, x, projectedAttention(projections, x, offsets, { heads }), { eps, activation })
  }
  return x
}

/** Multiplications and additions for a text of so many tokens. */
export function bertOperations({ width, ffn, layers }: BertConfig, tokens: number): number {
  return layers * (2 * tokens * (4 * width * width + 2 * width * ffn) + 4 * tokens * tokens * width)
}
