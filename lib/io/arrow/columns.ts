import { VmmError } from '../../core/errors.ts'
import type { Part, RecordBatch } from './batch.ts'
import { type Column, typeName } from './schema.ts'
import type { Body } from './source.ts'

/** Bytes of the texts of some rows at most, as they are read at a time. */
const MOST_TEXT = 2 ** 28

/** The numbers of a column of vectors, or throws VmmError BAD_FILE naming the column's type. */
export function vectorDims(column: Column, where: string): number {
  const [child] = column.children
  if (column.type === 'FixedSizeList' && child?.type === 'Float32' && !child.dictionary)
    return column.listSize
  throw wrongType(column, 'FixedSizeList<Float32>', where)
}

/** Whether a column has texts that `textPart` reads: of a type that is plain UTF-8, without a dictionary. */
export function hasTexts({ type, dictionary }: Column): boolean {
  return (type === 'Utf8' || type === 'LargeUtf8') && !dictionary
}

/** Throws VmmError BAD_FILE naming the column's type unless it has texts. */
export function checkTexts(column: Column, where: string): void {
  if (!hasTexts(column)) throw wrongType(column, 'Utf8 or LargeUtf8', where)
}

function wrongType(column: Column, expected: string, where: string): VmmError {
  const given = `column ${JSON.stringify(column.name)} of type ${typeName(column)}`
  return new VmmError('BAD_FILE', `${where}: ${given}; expected ${expected}`)
}

/** Vectors of a batch, of which any can be read. */
export interface VectorPart {
  readonly rows: number
  /** Reads vectors from row `first` on until `into` is full, f32 [rows · dims]. */
  read(first: number, into: Float32Array): Promise<void>
}

/**
 * The vectors of a batch.
 *
 * @param at    which column
 * @param where for messages
 * @throws VmmError BAD_FILE where some are null, or are not there
 */
export async function vectorPart(batch: RecordBatch, at: number, where: string): Promise<VectorPart> {
  const list = batch.parts[at]!
  const dims = vectorDims(list.column, where)
  const numbers = list.children[0]!
  const bytes = numbers.buffers[1]!
  const rows = `${batch.rows} rows of ${dims} numbers`
  if (dims < 1 || numbers.rows !== batch.rows * dims || bytes.length < 4 * numbers.rows)
    throw new VmmError('BAD_FILE', `${where}: ${numbers.rows} numbers in ${bytes.length} bytes for ${rows}`)
  const { body } = batch
  const nulls = (await validity(list, body, where)) ?? (await validity(numbers, body, where))
  if (nulls) throw new VmmError('BAD_FILE', `${where}: nulls among the vectors`)
  const { begin } = bytes
  return {
    rows: batch.rows,
    read: (first, into) =>
      body(new Uint8Array(into.buffer, into.byteOffset, into.byteLength), begin + 4 * dims * first),
  }
}

/** Texts of a batch, of which any can be read. */
export interface TextPart {
  /** Reads the texts of some rows; they are decoded when the function is called. */
  read(first: number, rows: number): Promise<() => (string | null)[]>
}

/**
 * The texts of a batch; null where it says so.
 *
 * @param at    which column
 * @param where for messages
 * @throws VmmError BAD_FILE where they are not there
 */
export async function textPart({ parts, body }: RecordBatch, at: number, where: string): Promise<TextPart> {
  const part = parts[at]!
  checkTexts(part.column, where)
  const [, offsets, data] = part.buffers as [unknown, Part['buffers'][0], Part['buffers'][0]]
  const bad = (problem: string) => new VmmError('BAD_FILE', `${where}: damaged texts: ${problem}`)
  const width = part.column.type === 'Utf8' ? 4 : 8
  if (part.rows > 0 && offsets.length < width * (part.rows + 1))
    throw bad(`${offsets.length} bytes to tell where ${part.rows} begin`)
  const valid = await validity(part, body, where)
  return {
    read: async (first, rows) => {
      const bytes = new Uint8Array(width * (rows + 1))
      await body(bytes, offsets.begin + width * first)
      const ends =
        width === 4
          ? new Int32Array(bytes.buffer)
          : Float64Array.from(new BigInt64Array(bytes.buffer), Number)
      const begin = ends[0]!
      const end = ends[rows]!
      if (begin < 0 || end > data.length || end - begin > MOST_TEXT)
        throw bad(`bytes ${begin} … ${end} of ${data.length}, ${MOST_TEXT} at a time`)
      for (let i = 0; i < rows; i++)
        if (!(ends[i]! <= ends[i + 1]!)) throw bad(`from byte ${ends[i]} to byte ${ends[i + 1]}`)
      const characters = Buffer.alloc(end - begin)
      await body(characters, data.begin + begin)
      const isNull = (row: number) => valid !== null && ((valid[row >> 3]! >> (row & 7)) & 1) === 0
      return () =>
        Array.from({ length: rows }, (_, i) =>
          isNull(first + i) ? null : characters.toString('utf8', ends[i]! - begin, ends[i + 1]! - begin),
        )
    },
  }
}

/** The bitmap that says which rows are not null; null where all are not. */
async function validity(part: Part, body: Body, where: string): Promise<Uint8Array | null> {
  const { rows, nulls, buffers, column } = part
  const { begin, length } = buffers[0]!
  const size = Math.ceil(rows / 8)
  const bad = (found: string) =>
    new VmmError('BAD_FILE', `${where}: ${found} in column ${JSON.stringify(column.name)}; it says ${nulls}`)
  if (length === 0 && nulls === 0) return null
  if (length < size) throw bad('a bitmap too short for nulls')
  const bytes = new Uint8Array(size)
  await body(bytes, begin)
  const found = rows - ones(bytes, rows)
  if (found !== nulls) throw bad(`${found} nulls`)
  return nulls > 0 ? bytes : null
}

/** How many of the first bits of a bitmap are set. */
function ones(bytes: Uint8Array, bits: number): number {
  let count = 0
  for (let i = 0; i < bytes.length; i++) {
    const beyond = Math.max(0, 8 * (i + 1) - bits)
    for (let byte = bytes[i]! & (0xff >> beyond); byte !== 0; byte &= byte - 1) count++
  }
  return count
}
