import { badArgument, VmmError } from '../../core/errors.ts'
import { unitLength } from '../../core/rows.ts'
import type { RunOptions } from '../../core/run_options.ts'
import type { Space } from '../../core/space.ts'
import { isVectors, notVectors, type Vectors, vectorsFrom } from '../../core/vectors.ts'
import { multiply } from '../../linear/multiply.ts'
import type { LinearMap } from '../../linear/ridge_regression.ts'

/** How a projection was found. */
export type ProjectionMethod = 'ridge' | 'procrustes' | 'principal'

/** How well a projection does on pairs that it was not fitted to. */
export interface ProjectionQuality {
  readonly pairs: number
  /** Mean cosine of what comes out and what should; for principal axes, the mean length of what is left of a vector. */
  readonly cosine: number
  /** The squared error as a share of what telling the mean alone would have. */
  readonly error: number
  /** Neighbours that were compared, of each pair among all of them. */
  readonly neighbours: number
  /** The share of them that are the same by what comes out, 0 … 1. */
  readonly overlap: number
}

/** A linear map from the vectors of one space to those of another. */
export interface Projection extends LinearMap {
  readonly from: Space
  readonly to: Space
  readonly fromDims: number
  readonly toDims: number
  readonly method: ProjectionMethod
  readonly quality: ProjectionQuality
}

/** Rows of one product at most. */
const MOST_ROWS = 1024

/**
 * Vectors of a projection's first space as vectors of its second, of length 1. They are scaled to length 1 before, too; one of
 * zeros is taken as it is.
 *
 * @throws VmmError BAD_ARGUMENT, SPACE_MISMATCH for vectors of another space; the signal's reason
 * @example
 * ```js
 * import { learnProjection, project, vectorsFrom } from 'vector-mamba'
 *
 * const turns = Array.from({ length: 40 }, (_, i) => i / 6)
 * const small = vectorsFrom(Float32Array.from(turns.flatMap((t) => [Math.cos(t), Math.sin(t)])), 2, 'small-2')
 * const large = vectorsFrom(Float32Array.from(turns.flatMap((t) => [Math.sin(t), 0, Math.cos(t)])), 3, 'large-3')
 * const projection = await learnProjection(small, large, { method: 'procrustes' })
 * const [vector] = await project(projection, vectorsFrom(Float32Array.of(3, 4), 2, 'small-2'))
 * console.log(vector[0].toFixed(2), vector[2].toFixed(2)) // 0.80 0.60
 * ```
 */
export async function project(
  projection: Projection,
  vectors: Vectors,
  options: RunOptions = {},
): Promise<Vectors> {
  if (!isVectors(vectors)) throw notVectors('vectors', vectors)
  const { from, to, fromDims, toDims, weight, bias } = projection
  checkSpaceOf('vectors', vectors, from, fromDims)
  const matrix = { rows: fromDims, columns: toDims, data: weight }
  const blocks: Float32Array[] = []
  for (let first = 0; first < vectors.count; first += MOST_ROWS) {
    const rows = Math.min(MOST_ROWS, vectors.count - first)
    // One program for many counts.
    const padded = 2 ** Math.ceil(Math.log2(rows))
    const data = new Float32Array(padded * fromDims)
    for (let i = 0; i < rows; i++) data.set(unitLength(vectors.row(first + i)), i * fromDims)
    const { data: product } = await multiply({ rows: padded, columns: fromDims, data }, matrix, options)
    const block = product.slice(0, rows * toDims)
    for (let i = 0; i < rows; i++) {
      const row = block.subarray(i * toDims, (i + 1) * toDims)
      for (let c = 0; c < toDims; c++) row[c]! += bias[c]!
      row.set(unitLength(row))
    }
    blocks.push(block)
  }
  return vectorsFrom(blocks, toDims, to)
}

/** Throws SPACE_MISMATCH or BAD_ARGUMENT unless vectors are of a space with these dimensions. */
export function checkSpaceOf(name: string, vectors: Vectors, space: Space, dims: number): void {
  if (vectors.space !== space)
    throw new VmmError('SPACE_MISMATCH', `${name} are of '${vectors.space}', not of '${space}'`)
  if (vectors.dims !== dims) throw badArgument(name, `${vectors.dims} dimensions`, `${dims} dimensions`)
}
