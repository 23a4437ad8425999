import { badArgument } from '../../core/errors.ts'
import { isIterable } from '../../core/iterables.ts'
import { lengthOf } from '../../core/rows.ts'
import { requireSameSpace } from '../../core/space.ts'
import { isVectors, notVectors } from '../../core/vectors.ts'
import type { VectorSource } from '../inverter/vector_source.ts'

/** How long the vectors are that a model was trained on. */
export interface VectorLength {
  /** `raw`: of any length but 1; `unit`: 1; `free`: nothing is known. */
  readonly kind: 'raw' | 'unit' | 'free'
  /** In the mean. */
  readonly mean: number
}

/** Vectors that are inverted side by side. */
const BLOCK = 64
/** What rounding leaves of the length of a vector that was normalised in f32. */
const ROUNDING = 1e-5
/** Services round their vectors. */
const SLACK = 0.02

/** Whether a vector has been brought to unit length. */
export function isNormalised(vector: Float32Array): boolean {
  return Math.abs(lengthOf(vector) - 1) < ROUNDING
}

/**
 * Rows of a source as they are, BLOCK or fewer at a time, with the number of the first. Throws VmmError as invert does for what
 * is no vector of the model.
 */
export async function* rawBlocksOf(
  source: VectorSource,
  model: { readonly space: string; readonly dims: number },
): AsyncGenerator<{ readonly rows: readonly Float32Array[]; readonly first: number }> {
  if (!isIterable(source)) throw notVectors('vectors', source)
  let row = 0
  for await (const vectors of isVectors(source) ? [source] : source) {
    if (!isVectors(vectors)) throw notVectors('vectors', vectors)
    requireSameSpace(vectors, model)
    if (vectors.dims !== model.dims)
      throw badArgument('vectors.dims', String(vectors.dims), `${model.dims}, of ${model.space}`)
    for (let first = 0; first < vectors.count; first += BLOCK) {
      const count = Math.min(BLOCK, vectors.count - first)
      yield { rows: Array.from({ length: count }, (_, i) => vectors.row(first + i)), first: row + first }
    }
    row += vectors.count
  }
}

/**
 * Vectors of the length that a model needs: as they are, or with `rescale` of its mean length.
 *
 * @param first the number of the first one, for messages
 * @throws VmmError BAD_ARGUMENT for a vector without a direction, or one that was normalised where raw ones are needed, and the
 *   other way around
 */
export function lengthsOf(
  rows: readonly Float32Array[],
  first: number,
  { kind, mean }: VectorLength,
  rescale: boolean,
): readonly Float32Array[] {
  return rows.map((row, i) => {
    const argument = `vectors[${first + i}]`
    const length = lengthOf(row)
    if (!Number.isFinite(length)) throw badArgument(argument, 'NaN or infinite elements', 'finite numbers')
    if (length === 0) throw badArgument(argument, 'a vector of zeros', 'one with a direction')
    if (rescale) return row.map((x) => (x * mean) / length)
    if (kind === 'raw' && isNormalised(row))
      throw badArgument(
        argument,
        'a vector of length 1',
        'one as its encoder pools it, { head: false, normalise: false }; rescale: true gives it their mean length',
      )
    if (kind === 'unit' && Math.abs(length - 1) > SLACK)
      throw badArgument(
        argument,
        `a vector of length ${length.toPrecision(4)}`,
        'length 1; rescale: true gives it',
      )
    return row
  })
}
