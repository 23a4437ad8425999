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

/**
 * Rows of a source, BLOCK or fewer at a time, each of unit length. Throws VmmError as invert does for what is no vector of the
 * model.
 */
export async function* blocksOf(
  source: VectorSource,
  config: Pick<InverterConfig, 'space' | 'dims'>,
): AsyncGenerator<readonly Float32Array[]> {
  if (!isIterable(source)) throw notVectors('vectors', source)
  let row = 0
  for await (const vectors of isVectors(source) ? [source] : source) {
    if (!isVectors(vectors)) throw notVectors('vectors', vectors)
    requireSameSpace(vectors, config)
    if (vectors.dims !== config.dims)
      throw badArgument('vectors.dims', String(vectors.dims), `${config.dims}, of ${config.space}`)
    for (let first = 0; first < vectors.count; first += BLOCK) {
      const count = Math.min(BLOCK, vectors.count - first)
      yield Array.from({ length: count }, (_, i) => direction(vectors.row(first + i), row + first + i))
    }
    row += vectors.count
  }
}

/** A row of unit length. Throws for one that has no direction. */
function direction(row: Float32Array, index: number): Float32Array {
  const length = lengthOf(row)
  if (!Number.isFinite(length))
    throw badArgument(`vectors[${index}]`, 'NaN or infinite elements', 'finite numbers')
  if (length === 0) throw badArgument(`vectors[${index}]`, 'a vector of zeros', 'one with a direction')
  return unitLength(row)
}
