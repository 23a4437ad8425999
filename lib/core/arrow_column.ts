import {
  type Data,
  Field,
  type FixedSizeList,
  FixedSizeList as FixedSizeListType,
  Float32,
  makeData,
  Vector,
} from 'apache-arrow'
import { badArgument, describe } from './errors.ts'

/** An Arrow column of vectors: FixedSizeList<Float32>. */
export type ArrowVectors = Vector<FixedSizeList<Float32>>

/** Rows of f32 [count, dims] as an Arrow FixedSizeList column over the same memory. */
export function toArrowVectors(blocks: readonly Float32Array[], dims: number): ArrowVectors {
  const type = new FixedSizeListType(dims, new Field('item', new Float32(), false))
  const chunks = blocks.map((block) =>
    makeData({ type, length: block.length / dims, child: makeData({ type: new Float32(), data: block }) }),
  )
  return new Vector(chunks)
}

/**
 * The memory of an Arrow FixedSizeList<Float32> column, one block per chunk, without a copy.
 * Throws VmmError for another type or for null rows.
 */
export function fromArrowVectors(column: unknown): {
  readonly blocks: Float32Array[]
  readonly dims: number
} {
  if (!isColumn(column)) throw badArgument('column', describe(column), 'an Arrow vector')
  const { type } = column
  const dims = type?.listSize
  if (typeof dims !== 'number' || type.children?.[0]?.type?.precision !== 1)
    throw badArgument('column', `an Arrow column of ${String(type)}`, 'FixedSizeList<Float32>')
  const blocks = column.data.map((chunk) => {
    const child = chunk.children[0]
    if (chunk.nullCount > 0 || (child && child.nullCount > 0))
      throw badArgument(
        'column',
        `${chunk.nullCount + (child?.nullCount ?? 0)} nulls`,
        'a column without nulls',
      )
    const values = child?.values
    if (!(values instanceof Float32Array)) throw badArgument('column', describe(values), 'Float32 values')
    // A sliced list keeps its whole child and counts its own offset in rows.
    const first = chunk.children[0]!.length === chunk.length * dims ? 0 : chunk.offset * dims
    const end = first + chunk.length * dims
    // Of a file that was altered the metadata may say anything.
    if (!Number.isInteger(first) || !Number.isInteger(end) || first < 0 || end < first || end > values.length)
      throw badArgument('column', `${chunk.length} rows of ${dims} in ${values.length} numbers`, 'whole rows')
    return values.subarray(first, end)
  })
  return { blocks, dims }
}

interface Column {
  readonly type: {
    readonly listSize?: number
    readonly children?: readonly { readonly type: { readonly precision?: number } }[]
  }
  readonly data: readonly Data[]
}

function isColumn(value: unknown): value is Column {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    'data' in value &&
    Array.isArray(value.data)
  )
}
