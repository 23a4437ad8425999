import { VmmError } from '../../core/errors.ts'
import type { Items, Struct, Table } from './flatbuffer.ts'
import type { Column, Schema } from './schema.ts'
import type { Body } from './source.ts'

/** Where some of a column's bytes are in a body. */
export interface Range {
  readonly begin: number
  readonly length: number
}

/** A column of one batch. */
export interface Part {
  readonly column: Column
  readonly rows: number
  readonly nulls: number
  readonly buffers: readonly Range[]
  readonly children: readonly Part[]
}

/** Some rows of all columns; their bytes are read when they are asked for. */
export interface RecordBatch {
  readonly rows: number
  /** In the order of the schema's columns, of `rows` rows each. */
  readonly parts: readonly Part[]
  readonly body: Body
}

/** What the beginnings of buffers are multiples of. */
const ALIGNMENT = 8
/** Bytes of a node and of a buffer in the metadata. */
const PAIR = 16

/**
 * Finds the columns of a record batch in its body. All of them must be there and nothing else, each within the body
 * and with as many rows as the batch says.
 *
 * @param where for messages
 * @throws VmmError BAD_FILE
 */
export function placeColumns(
  header: Table,
  { columns }: Schema,
  bodyLength: number,
  where: string,
): Omit<RecordBatch, 'body'> {
  const bad = (problem: string) => new VmmError('BAD_FILE', `${where}: ${problem}`)
  if (header.table(3)) throw bad('a compressed record batch; expected one that is not')
  const rows = header.i64(0)
  if (rows < 0) throw bad(`a record batch of ${rows} rows`)
  const nodes = taken(header.structs(1, PAIR))
  const buffers = taken(header.structs(2, PAIR))
  const views = taken(header.structs(4, 8))
  const missing = () => bad('a record batch with fewer columns than its schema')

  const range = (): Range => {
    const buffer = buffers.next()
    if (!buffer) throw missing()
    const [begin, length] = [buffer.i64(0), buffer.i64(8)]
    if (begin < 0 || begin % ALIGNMENT !== 0 || length < 0 || begin + length > bodyLength)
      throw bad(`damaged metadata: ${length} bytes at ${begin} of a body of ${bodyLength}`)
    return { begin, length }
  }
  const place = (column: Column): Part => {
    const node = nodes.next()
    if (!node) throw missing()
    const [length, nulls] = [node.i64(0), node.i64(8)]
    if (length < 0 || nulls < 0 || nulls > length)
      throw bad(`damaged metadata: ${nulls} nulls in ${length} rows`)
    const own = Array.from({ length: column.buffers }, range)
    if (column.views) {
      const more = views.next()?.i64(0)
      if (more === undefined || more < 0 || more > buffers.left()) throw missing()
      for (let i = 0; i < more; i++) range()
    }
    return { column, rows: length, nulls, buffers: own, children: column.children.map(place) }
  }

  const parts = columns.map(place)
  if (nodes.left() + buffers.left() + views.left() > 0)
    throw bad('a record batch with more columns than its schema')
  for (const { column, rows: there } of parts)
    if (there !== rows)
      throw bad(`${there} rows in column ${JSON.stringify(column.name)} of a batch of ${rows}`)
  return { rows, parts }
}

/** Items one after another. */
function taken(items: Items<Struct>): { next(): Struct | undefined; left(): number } {
  let at = 0
  return {
    next: () => (at < items.length ? items.at(at++) : undefined),
    left: () => items.length - at,
  }
}
