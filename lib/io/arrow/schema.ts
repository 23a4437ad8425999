import { VmmError } from '../../core/errors.ts'
import type { Items, Table } from './flatbuffer.ts'

/** Types by their numbers: the name, and how many buffers a column has beside those of its children. */
const TYPES: readonly (readonly [name: string, buffers: number])[] = [
  ['no type', 0],
  ['Null', 0],
  ['Int', 2],
  ['FloatingPoint', 2],
  ['Binary', 3],
  ['Utf8', 3],
  ['Bool', 2],
  ['Decimal', 2],
  ['Date', 2],
  ['Time', 2],
  ['Timestamp', 2],
  ['Interval', 2],
  ['List', 2],
  ['Struct', 1],
  ['Union', 1],
  ['FixedSizeBinary', 2],
  ['FixedSizeList', 1],
  ['Map', 2],
  ['Duration', 2],
  ['LargeBinary', 3],
  ['LargeUtf8', 3],
  ['LargeList', 2],
  ['RunEndEncoded', 0],
  ['BinaryView', 2],
  ['Utf8View', 2],
  ['ListView', 3],
  ['LargeListView', 3],
]
/** Types whose columns have as many further buffers as each batch says. */
const VIEWS = ['BinaryView', 'Utf8View']
const FLOATS = ['Float16', 'Float32', 'Float64']
const V4 = 3
/** Columns at most, those inside of others counted, and how deep; as many pairs of metadata. */
const MOST_COLUMNS = 10_000
const MOST_DEPTH = 64
/** Bytes of a name or of a text of the metadata at most that are looked at. */
const MOST_TEXT = 1000

/** A column of a schema. */
export interface Column {
  readonly name: string
  /** As 'Utf8' or 'Float32'. */
  readonly type: string
  /** Numbers of each list, of type FixedSizeList. */
  readonly listSize: number
  /** Buffers of each batch that are its own. */
  readonly buffers: number
  /** Whether further buffers follow, as many as each batch says. */
  readonly views: boolean
  /** Whether its values are elsewhere. */
  readonly dictionary: boolean
  readonly children: readonly Column[]
}

export interface Schema {
  readonly columns: readonly Column[]
  /** Numbers of the dictionaries that columns have their values in, those inside of others included. */
  readonly dictionaries: readonly number[]
  /** The space that its metadata name, if they do. */
  readonly space: string | null
}

/**
 * Reads a schema.
 *
 * @param version of the metadata
 * @param where   for messages
 * @throws VmmError BAD_FILE for big-endian data, unknown types, and more or deeper columns than anyone needs
 */
export function parseSchema(table: Table, version: number, where: string): Schema {
  const bad = (problem: string) => new VmmError('BAD_FILE', `${where}: ${problem}`)
  let count = 0
  const dictionaries = new Set<number>()
  const column = (field: Table, depth: number): Column => {
    if (++count > MOST_COLUMNS || depth > MOST_DEPTH)
      throw bad(`more than ${MOST_COLUMNS} columns, or deeper than ${MOST_DEPTH}`)
    const code = field.u8(2)
    const [name, buffers] = TYPES[code] ?? ['unknown', 0]
    const type = field.table(3)
    if (code === 0 || name === 'unknown' || !type) throw bad(`a column of ${name} type, number ${code}`)
    const encoding = field.table(4)
    const dictionary = encoding !== null
    if (encoding) dictionaries.add(encoding.i64(0))
    const inside = field.tables(5)
    const children = Array.from({ length: inside.length }, (_, i) => column(inside.at(i), depth + 1))
    return {
      name: field.text(0, MOST_TEXT),
      type: name === 'FloatingPoint' ? (FLOATS[type.i16(0)] ?? name) : name,
      listSize: name === 'FixedSizeList' ? type.i32(0) : 0,
      // A dictionary's column has its indices alone.
      buffers: dictionary ? 2 : name === 'Union' ? unionBuffers(type, version) : buffers,
      views: !dictionary && VIEWS.includes(name),
      dictionary,
      children: dictionary ? [] : children,
    }
  }
  if (table.i16(0) !== 0) throw bad('big-endian numbers')
  const fields = table.tables(1)
  const pairs = table.tables(2)
  if (fields.length > MOST_COLUMNS || pairs.length > MOST_COLUMNS)
    throw bad(
      `${fields.length} columns and ${pairs.length} texts about them; at most ${MOST_COLUMNS} are read`,
    )
  const columns = Array.from({ length: fields.length }, (_, i) => column(fields.at(i), 1))
  return {
    columns,
    dictionaries: [...dictionaries],
    space: metadataValue(pairs, 'space'),
  }
}

/** Type ids, offsets where it is dense, and a bitmap before version V5. */
function unionBuffers(type: Table, version: number): number {
  return 1 + (type.i16(0) === 1 ? 1 : 0) + (version === V4 ? 1 : 0)
}

function metadataValue(pairs: Items<Table>, key: string): string | null {
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs.at(i)
    if (pair.text(0, MOST_TEXT) === key) return pair.text(1, MOST_TEXT)
  }
  return null
}

/** A column's type for messages, as 'FixedSizeList<Float32>[512]'. */
export function typeName({ type, listSize, dictionary, children }: Column): string {
  if (dictionary) return `a dictionary of ${type}`
  return type === 'FixedSizeList' ? `FixedSizeList<${children[0]?.type ?? ''}>[${listSize}]` : type
}
