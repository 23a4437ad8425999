import { badArgument } from '../../core/errors.ts'
import { lengthOf } from '../../core/rows.ts'
import { directedLength } from '../inverter/vector_source.ts'

/** How long the vectors are that a model was trained on. */
export interface VectorLength {
  /** `raw`: of any length but 1; `unit`: 1; `free`: nothing is known. */
  readonly kind: 'raw' | 'unit' | 'free'
  /** In the mean. */
  readonly mean: number
}

/** What rounding leaves of the length of a vector that was normalised in f32. */
const ROUNDING = 1e-5
/** Services round their vectors. */
const SLACK = 0.02

/** Whether a vector has been brought to unit length. */
export function isNormalised(vector: Float32Array): boolean {
  return Math.abs(lengthOf(vector) - 1) < ROUNDING
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
    const length = directedLength(row, first + i)
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
