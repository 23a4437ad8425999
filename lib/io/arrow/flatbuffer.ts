import { VmmError } from '../../core/errors.ts'

/**
 * A table of a flatbuffer. Fields are numbered as in its schema, and those that a table does not have are 0, null or
 * empty. Whatever is asked for is checked first: it lies within the buffer, and scalars within their table. Throws
 * VmmError BAD_FILE.
 */
export interface Table {
  u8(field: number): number
  i16(field: number): number
  i32(field: number): number
  /** A whole number that JavaScript can hold. */
  i64(field: number): number
  /** A string, of which bytes beyond `most` are left out. */
  text(field: number, most: number): string
  table(field: number): Table | null
  tables(field: number): Items<Table>
  structs(field: number, bytes: number): Items<Struct>
}

/** A vector of a flatbuffer. */
export interface Items<T> {
  readonly length: number
  at(index: number): T
}

/** Some bytes without a table before them. */
export interface Struct {
  i32(at: number): number
  i64(at: number): number
}

/** Bytes of the offset to a table, string or vector. */
const OFFSET = 4

/**
 * The table that a flatbuffer begins with.
 *
 * @param where for messages
 */
export function rootTable(bytes: Uint8Array, where: string): Table {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const within = (at: number, length: number): number => {
    if (at < 0 || at + length > view.byteLength)
      throw damaged(where, `${length} bytes at ${at} of ${view.byteLength}`)
    return at
  }
  const target = (at: number): number => at + view.getUint32(within(at, OFFSET), true)
  const vector = (at: number, bytes: number) => {
    const begin = target(at)
    const length = view.getUint32(within(begin, OFFSET), true)
    within(begin + OFFSET, length * bytes)
    return { begin: begin + OFFSET, length }
  }
  const i64 = (at: number): number => {
    const value = Number(view.getBigInt64(within(at, 8), true))
    if (!Number.isSafeInteger(value)) throw damaged(where, `the number ${value}`)
    return value
  }

  const tableAt = (begin: number): Table => {
    const table = begin - view.getInt32(within(begin, OFFSET), true)
    const slots = view.getUint16(within(table, 4), true)
    const size = view.getUint16(table + 2, true)
    within(table, slots)
    within(begin, size)
    /** Where a field begins, or null. */
    const slot = (field: number, bytes: number): number | null => {
      const at = 4 + 2 * field
      const offset = at + 2 <= slots ? view.getUint16(table + at, true) : 0
      if (offset === 0) return null
      if (offset + bytes > size) throw damaged(where, `field ${field} of a table behind its end`)
      return begin + offset
    }
    const scalar = (field: number, bytes: number, read: (at: number) => number): number => {
      const at = slot(field, bytes)
      return at === null ? 0 : read(at)
    }
    const items = <T>(field: number, bytes: number, item: (at: number) => T): Items<T> => {
      const at = slot(field, OFFSET)
      const found = at === null ? { begin: 0, length: 0 } : vector(at, bytes)
      return { length: found.length, at: (index) => item(found.begin + index * bytes) }
    }
    return {
      u8: (field) => scalar(field, 1, (at) => view.getUint8(at)),
      i16: (field) => scalar(field, 2, (at) => view.getInt16(at, true)),
      i32: (field) => scalar(field, 4, (at) => view.getInt32(at, true)),
      i64: (field) => scalar(field, 8, i64),
      text: (field, most) => {
        const at = slot(field, OFFSET)
        if (at === null) return ''
        const { begin, length } = vector(at, 1)
        return new TextDecoder().decode(bytes.subarray(begin, begin + Math.min(length, most)))
      },
      table: (field) => {
        const at = slot(field, OFFSET)
        return at === null ? null : tableAt(target(at))
      },
      tables: (field) => items(field, OFFSET, (at) => tableAt(target(at))),
      structs: (field, bytes) =>
        items(field, bytes, (begin) => ({
          i32: (at) => view.getInt32(begin + at, true),
          i64: (at) => i64(begin + at),
        })),
    }
  }
  return tableAt(target(0))
}

function damaged(where: string, problem: string): VmmError {
  return new VmmError('BAD_FILE', `${where}: damaged metadata: ${problem}`)
}
