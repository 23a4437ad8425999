import { differentiate } from '../../graph/differentiate.ts'
import type { Model } from '../../graph/program_cache.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { tableRows } from '../../layers/embedding.ts'
import { type Weights, weightsOf } from '../../layers/weights.ts'
import { embedding, linear, mul, reshape, sum, takeAlong } from '../../ops/index.ts'
import type { Compute } from '../../ops/matmul.ts'
import type { EncoderConfig, EncoderFamily } from '../families/define.ts'
import type { Bucket } from './batches.ts'

/** Inputs of both programs: ids, positions i32 [rows]; offsets i32 [sequences + 1]. */
export function tokenBindings({ rows, sequences }: Bucket): Record<string, BindingSpec> {
  return {
    ids: { kind: 'input', dtype: 'i32', shape: [rows], live: 'rows' },
    positions: { kind: 'input', dtype: 'i32', shape: [rows], live: 'rows' },
    offsets: { kind: 'input', dtype: 'i32', shape: [sequences + 1] },
  }
}

function vectorsOfWords(family: EncoderFamily, config: EncoderConfig, w: Weights, words: Value): Value {
  const inputs = { ids: w.get('ids'), positions: w.get('positions'), offsets: w.get('offsets') }
  return family.pooling(config, w, family.forward(config, w, words, inputs), inputs)
}

/** From token ids to vectors [sequences, dims]. */
export function encodeModel(family: EncoderFamily, compute: Compute = 'f32'): Model<EncoderConfig> {
  return (config, values) => {
    const w = weightsOf(values, '', compute)
    const words = tableRows(w, family.table, w.get('ids'))
    return { outputs: { vectors: vectorsOfWords(family, config, w, words) } }
  }
}

/**
 * What each place of a text would add to its cosine with a vector if another token stood there, to first order: the
 * product of the token's embedding and the gradient of the cosine (HotFlip, Ebrahimi et al. 2018, arXiv 1712.06751).
 * Beside the inputs of encodeModel: vectors f32 [sequences, dims] of unit length, asked i32 [rows, k]. Gives lifts
 * [rows, k]. Weights are not packed: their products are differentiated.
 */
export function liftsModel(family: EncoderFamily): Model<EncoderConfig> {
  return (config, values) => {
    const w = weightsOf(values)
    const table = w.get(family.table)
    const words = embedding({ table, ids: w.get('ids') })
    const vectors = vectorsOfWords(family, config, w, words)
    const cosines = reshape(sum(mul(vectors, w.get('vectors'))), [1])
    const [gradient] = differentiate(cosines, [words])
    const all = linear({ x: gradient!, weight: table })
    return { outputs: { lifts: takeAlong({ x: all, index: w.get('asked') }) } }
  }
}
