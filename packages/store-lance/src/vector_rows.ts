import { columnOf, tableOf, valuesOf } from './columns.ts'
import { type ArrowTable, arrow, type RecordBatch } from './lance.ts'

/** Rows of up to so many numbers lie in small blocks, which are read several times as fast in a row; larger ones do not fit. */
const MOST_IN_BLOCKS = 1024
const IN_BLOCKS = new Map([['lance-encoding:structural-encoding', 'miniblock']])

/** Vectors as rows of the table of a space. */
export function vectorTable(
  dims: number,
  rows: readonly { readonly id: string; readonly vector: Float32Array }[],
): ArrowTable {
  const text = new arrow.Utf8()
  const float = new arrow.Float32()
  const type = new arrow.FixedSizeList(dims, new arrow.Field('item', float, false))
  const schema = new arrow.Schema([
    new arrow.Field('id', text, false),
    new arrow.Field('vector', type, false, dims <= MOST_IN_BLOCKS ? IN_BLOCKS : new Map()),
  ])
  const data = new Float32Array(rows.length * dims)
  for (const [i, { vector }] of rows.entries()) data.set(vector, i * dims)
  const child = arrow.makeData({ type: float, length: data.length, nullCount: 0, data })
  const ids = rows.map(({ id }) => id)
  return tableOf(schema, rows.length, [
    columnOf(text, ids),
    arrow.makeData({ type, length: rows.length, nullCount: 0, child }),
  ])
}

/** The ids of rows, and their vectors one after another. */
export interface VectorRows {
  readonly count: number
  readonly id: (row: number) => string
  readonly data: Float32Array
}

export function vectorRows(batch: RecordBatch): VectorRows {
  const numbers = batch.getChild('vector')?.data[0]?.children[0]?.values
  if (!(numbers instanceof Float32Array)) throw new TypeError('no column vector of f32')
  return { count: batch.numRows, id: valuesOf<string>(batch, 'id'), data: numbers }
}

/** The columns that `vectorRows` takes. */
export const VECTOR_COLUMNS = ['id', 'vector']
