import type { ArrowVectors } from './arrow_column.ts'
import { badArgument, check, describe, type VmmError } from './errors.ts'
import { joinBlocks } from './rows.ts'
import { isSpace, type Space } from './space.ts'

/** f32 vectors of one embedding space, in rows. A structured clone or JSON of them is plain data: see `vectorsFrom`. */
export interface Vectors extends Iterable<Float32Array> {
  readonly space: Space
  readonly dims: number
  readonly count: number
  /** The rows in memory of their own size; each holds whole rows. */
  readonly blocks: readonly Float32Array[]
  /** One row, [dims], over the same memory. Throws VmmError BAD_ARGUMENT for an index that is out of range. */
  row(index: number): Float32Array
  /** The rows in order, each as `row` gives it. */
  [Symbol.iterator](): IterableIterator<Float32Array>
  /** All rows, [count · dims]: the same memory where it is in one block, else a copy. */
  toFloat32Array(): Float32Array
  /** A copy as plain numbers, [count][dims]. */
  toArray(): number[][]
  /** A copy that JSON keeps exactly: nine digits give every f32 back (-0 becomes 0). `JSON.stringify` calls it. */
  toJSON(): VectorsJson
  /** An Arrow FixedSizeList<Float32> column over the same memory. Loads apache-arrow on the first call. */
  toArrow(): Promise<ArrowVectors>
}

/** What `structuredClone`, or a message to another thread, makes of Vectors. */
export type VectorsClone = Pick<Vectors, 'space' | 'dims' | 'count' | 'blocks'>

/** What JSON has of Vectors. */
export interface VectorsJson extends Pick<Vectors, 'space' | 'dims' | 'count'> {
  /** [count][dims] */
  readonly rows: readonly (readonly number[])[]
}

/**
 * Vectors again from a structured clone of some, over the same memory, or from their parsed JSON.
 *
 * @throws VmmError BAD_ARGUMENT as for numbers, and for a count that is not that of the rows
 * @example
 * ```js
 * import { vectorsFrom } from 'vector-mamba'
 *
 * const vectors = vectorsFrom(Float32Array.from([1, 0, 0.5, 0.5]), 2, 'example-2')
 * const cloned = vectorsFrom(structuredClone(vectors)) // or what a worker was sent by postMessage
 * const read = vectorsFrom(JSON.parse(JSON.stringify(vectors)))
 * console.log(cloned.toArray(), read.toArray()) // [ [ 1, 0 ], [ 0.5, 0.5 ] ] [ [ 1, 0 ], [ 0.5, 0.5 ] ]
 * ```
 */
export function vectorsFrom(saved: VectorsClone | VectorsJson): Vectors
/**
 * Vectors over existing memory. `data` is f32 [count · dims] in one block or several.
 *
 * @throws VmmError BAD_ARGUMENT for a wrong type or length, and for NaN or infinite elements, naming the row
 * @example
 * ```js
 * import { vectorsFrom } from 'vector-mamba'
 *
 * const vectors = vectorsFrom(Float32Array.from([1, 0, 0.5, 0.5]), 2, 'example-2')
 * console.log(vectors.count, vectors.row(1).join()) // 2 0.5,0.5
 * for (const row of vectors) console.log(row.length) // 2
 * // 2
 * ```
 */
export function vectorsFrom(data: Float32Array | readonly Float32Array[], dims: number, space: Space): Vectors
export function vectorsFrom(
  data: Float32Array | readonly Float32Array[] | VectorsClone | VectorsJson,
  dims?: number,
  space?: Space,
): Vectors {
  if (!isSaved(data)) return checkedVectors(data, dims, space)
  const vectors = checkedVectors('rows' in data ? blockOf(data) : data.blocks, data.dims, data.space)
  check(data.count === vectors.count, 'count', data.count, `${vectors.count}, the number of rows`)
  return vectors
}

function checkedVectors(data: unknown, dims: unknown, space: unknown): Vectors {
  const blocks: readonly unknown[] | null =
    data instanceof Float32Array ? [data] : Array.isArray(data) ? data : null
  if (!blocks)
    throw badArgument('data', describe(data), 'a Float32Array, an array of them, or vectors that were saved')
  if (!isSpace(space)) throw badArgument('space', describe(space), "a name such as 'use-lite-512'")
  checkDims(dims)
  let count = 0
  for (const block of blocks) {
    if (!(block instanceof Float32Array)) throw badArgument('data', describe(block), 'a Float32Array')
    if (block.length % dims !== 0)
      throw badArgument('data', `${block.length} numbers`, `a multiple of ${dims}, the dims of ${space}`)
    const bad = firstNotFinite(block)
    if (bad >= 0)
      throw badArgument(
        `vectors[${count + Math.floor(bad / dims)}]`,
        String(block[bad]),
        `finite numbers (element ${bad % dims})`,
      )
    count += block.length / dims
  }
  return trustedVectors(blocks as readonly Float32Array[], dims, space)
}

function checkDims(dims: unknown): asserts dims is number {
  check(typeof dims === 'number' && Number.isInteger(dims) && dims > 0, 'dims', dims, 'a positive integer')
}

/** The rows of parsed JSON in one block. */
function blockOf({ rows, dims }: VectorsJson): Float32Array {
  checkDims(dims)
  check(Array.isArray(rows), 'rows', rows, 'an array of arrays of numbers')
  const block = new Float32Array(rows.length * dims)
  for (const [at, row] of rows.entries()) {
    const name = `rows[${at}]`
    check(Array.isArray(row) && row.length === dims, name, row, `${dims} numbers`)
    for (const [i, x] of row.entries()) check(isF32(x), `${name}[${i}]`, x, 'a finite number that f32 holds')
    block.set(row, at * dims)
  }
  return block
}

/** Whether a value is vectors, as vectorsFrom makes them. */
export function isVectors(value: unknown): value is Vectors {
  return isSaved(value) && 'blocks' in value && 'toFloat32Array' in value
}

/** The error for a value where Vectors are wanted. */
export function notVectors(argument: string, given: unknown): VmmError {
  return isSaved(given) && !('toFloat32Array' in given)
    ? badArgument(
        argument,
        'a copy of vectors as plain data',
        'vectors: vectorsFrom makes them of such a copy',
      )
    : badArgument(argument, describe(given), 'vectors, as encode or vectorsFrom gives them')
}

function isSaved(value: unknown): value is VectorsClone | VectorsJson {
  return (
    typeof value === 'object' && value !== null && 'space' in value && ('blocks' in value || 'rows' in value)
  )
}

/** vectorsFrom without its checks, for numbers that a model of this package has just made. */
export function trustedVectors(blocks: readonly Float32Array[], dims: number, space: Space): Vectors {
  return new BlockVectors(blocks, dims, space)
}

/** A class, because methods on its prototype do not stand in the way of a structured clone. */
class BlockVectors implements Vectors {
  readonly space: Space
  readonly dims: number
  readonly count: number
  readonly blocks: readonly Float32Array[]

  constructor(blocks: readonly Float32Array[], dims: number, space: Space) {
    this.space = space
    this.dims = dims
    this.count = blocks.reduce((n, block) => n + block.length / dims, 0)
    this.blocks = blocks
  }

  row(index: number): Float32Array {
    const { blocks, count, dims } = this
    if (!Number.isInteger(index) || index < 0 || index >= count)
      throw badArgument('index', describe(index), `0 … ${count - 1}`)
    let first = index
    for (const block of blocks) {
      const rows = block.length / dims
      if (first < rows) return block.subarray(first * dims, (first + 1) * dims)
      first -= rows
    }
    throw new Error('unreachable')
  }

  *[Symbol.iterator](): IterableIterator<Float32Array> {
    const { blocks, dims } = this
    for (const block of blocks)
      for (let at = 0; at < block.length; at += dims) yield block.subarray(at, at + dims)
  }

  toFloat32Array(): Float32Array {
    return joinBlocks(this.blocks)
  }

  toArray(): number[][] {
    return Array.from(this, (row) => Array.from(row))
  }

  toJSON(): VectorsJson {
    const { space, dims, count } = this
    const rows = Array.from(this, (row) => Array.from(row, (x) => Number(x.toPrecision(9))))
    return { space, dims, count, rows }
  }

  async toArrow(): Promise<ArrowVectors> {
    return (await import('./arrow_column.ts')).toArrowVectors(this.blocks, this.dims)
  }
}

/**
 * Vectors over the memory of an Arrow FixedSizeList<Float32> column, without a copy. Throws as vectorsFrom does.
 *
 * @example
 * ```js
 * import { vectorsFrom, vectorsFromArrow } from 'vector-mamba'
 *
 * const column = await vectorsFrom(Float32Array.from([1, 0, 0, 1]), 2, 'example-2').toArrow()
 * const vectors = await vectorsFromArrow(column, 'example-2')
 * console.log(vectors.count, vectors.dims) // 2 2
 * ```
 */
export async function vectorsFromArrow(column: unknown, space: Space): Promise<Vectors> {
  const { blocks, dims } = (await import('./arrow_column.ts')).fromArrowVectors(column)
  return vectorsFrom(blocks, dims, space)
}

function isF32(x: unknown): boolean {
  return typeof x === 'number' && Number.isFinite(Math.fround(x))
}

function firstNotFinite(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) return i
  return -1
}
