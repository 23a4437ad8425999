import type { ArrowVectors } from './arrow_column.ts'
import { badArgument, describe } from './errors.ts'
import { joinBlocks } from './rows.ts'
import { isSpace, type Space } from './space.ts'

/** f32 vectors of one embedding space, in rows. */
export interface Vectors {
  readonly space: Space
  readonly dims: number
  readonly count: number
  /** The rows in memory of their own size; each holds whole rows. */
  readonly blocks: readonly Float32Array[]
  /** One row, [dims], over the same memory. */
  row(index: number): Float32Array
  /** All rows, [count · dims]: the same memory where it is in one block, else a copy. */
  toFloat32Array(): Float32Array
  /** An Arrow FixedSizeList<Float32> column over the same memory. Loads apache-arrow on the first call. */
  toArrow(): Promise<ArrowVectors>
}

/**
 * Vectors over existing memory. `data` is f32 [count · dims] in one block or several.
 * Throws VmmError for a wrong type or length, and for NaN or infinite elements, naming the row.
 */
export function vectorsFrom(
  data: Float32Array | readonly Float32Array[],
  dims: number,
  space: Space,
): Vectors {
  if (!isSpace(space)) throw badArgument('space', describe(space), "a name such as 'use-lite-512'")
  if (!Number.isInteger(dims) || dims < 1) throw badArgument('dims', describe(dims), 'a positive integer')
  const blocks = data instanceof Float32Array ? [data] : data
  if (!Array.isArray(blocks) && !(data instanceof Float32Array))
    throw badArgument('data', describe(data), 'a Float32Array, or an array of them')
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
  return trustedVectors(blocks, dims, space)
}

/** Whether a value is vectors, as vectorsFrom makes them. */
export function isVectors(value: unknown): value is Vectors {
  return typeof value === 'object' && value !== null && 'blocks' in value && 'space' in value
}

/** vectorsFrom without its checks, for numbers that a model of this package has just made. */
export function trustedVectors(blocks: readonly Float32Array[], dims: number, space: Space): Vectors {
  const count = blocks.reduce((n, b) => n + b.length / dims, 0)
  return {
    space,
    dims,
    count,
    blocks,
    row: (index) => {
      if (!Number.isInteger(index) || index < 0 || index >= count)
        throw badArgument('index', describe(index), `0 … ${count - 1}`)
      let first = index
      for (const block of blocks) {
        const rows = block.length / dims
        if (first < rows) return block.subarray(first * dims, (first + 1) * dims)
        first -= rows
      }
      throw new Error('unreachable')
    },
    toFloat32Array: () => joinBlocks(blocks),
    toArrow: async () => (await import('./arrow_column.ts')).toArrowVectors(blocks, dims),
  }
}

/** Vectors over the memory of an Arrow FixedSizeList<Float32> column, without a copy. Throws as vectorsFrom does. */
export async function vectorsFromArrow(column: unknown, space: Space): Promise<Vectors> {
  const { blocks, dims } = (await import('./arrow_column.ts')).fromArrowVectors(column)
  return vectorsFrom(blocks, dims, space)
}

function firstNotFinite(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) return i
  return -1
}
