import { badArgument } from '../../core/errors.ts'
import { isIterable } from '../../core/iterables.ts'
import { lengthOf, unitLength } from '../../core/rows.ts'
import { requireSameSpace } from '../../core/space.ts'
import { isVectors, notVectors, type Vectors } from '../../core/vectors.ts'
import type { InverterConfig } from './config.ts'

/** Vectors at once, or block by block. */
export type VectorSource = Vectors | Iterable<Vectors> | AsyncIterable<Vectors>

/** Vectors of a block: what is decoded side by side. */
const BLOCK = 64

/** Some rows of a source, and the number of the first. */
export interface RowBlock {
  readonly rows: readonly Float32Array[]
  readonly first: number
}

/**
 * Rows of a source as they are, BLOCK or fewer at a time. Throws VmmError as invert does for what is no vector of the model.
 */
export async function* rawBlocksOf(
  source: VectorSource,
  model: Pick<InverterConfig, 'space' | 'dims'>,
): AsyncGenerator<RowBlock> {
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

/** The same, each row of unit length. */
export async function* blocksOf(
  source: VectorSource,
  model: Pick<InverterConfig, 'space' | 'dims'>,
): AsyncGenerator<readonly Float32Array[]> {
  for await (const { rows, first } of rawBlocksOf(source, model))
    yield rows.map((row, i) => {
      directedLength(row, first + i)
      return unitLength(row)
    })
}

/** The length of a row. Throws for one that has no direction, by its number. */
export function directedLength(row: Float32Array, index: number): number {
  const length = lengthOf(row)
  if (!Number.isFinite(length))
    throw badArgument(`vectors[${index}]`, 'NaN or infinite elements', 'finite numbers')
  if (length === 0) throw badArgument(`vectors[${index}]`, 'a vector of zeros', 'one with a direction')
  return length
}
