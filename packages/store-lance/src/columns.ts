import { type ArrowTable, arrow, type Data, type DataType, type RecordBatch, type Schema } from './lance.ts'

/** A column of values; null for what is unknown. */
export function columnOf(type: DataType, values: Iterable<unknown>): Data {
  const builder = arrow.makeBuilder({ type, nullValues: [null, undefined] })
  for (const value of values) builder.append(value)
  return builder.finish().flush()
}

/**
 * The type of what is true, false or unknown, and its values: 1, 0 or null. Where all of a column are unknown, Arrow's JavaScript
 * writes no bits of Bool, and LanceDB refuses the column.
 */
export const truth = new arrow.Int8()
export const truthOf = (value: boolean | null): number | null => (value === null ? null : Number(value))
export const knownTruth = (value: number | null): boolean | null => (value === null ? null : value === 1)

/** A table of columns, in the order of the schema's fields. */
export function tableOf(schema: Schema, length: number, columns: readonly Data[]): ArrowTable {
  const type = new arrow.Struct(schema.fields)
  const data = arrow.makeData({ type, length, nullCount: 0, children: [...columns] })
  return new arrow.Table(new arrow.RecordBatch(schema, data))
}

/** The values of a column of a batch. An empty answer of LanceDB has no columns, and no batches either. */
export function valuesOf<T>(batch: RecordBatch, name: string): (row: number) => T {
  const column = batch.getChild(name)
  if (column === null) throw new TypeError(`no column ${name}`)
  return (row) => column.get(row) as T
}
