const MAGIC = '\u0093NUMPY'
const ALIGNMENT = 64
/** Room for the number of rows, so that a header written before they are known can be written over. */
const MAX_ROWS_DIGITS = 20

/**
 * The header of a .npy file, version 1.0, of little-endian f32 in row-major order; the elements follow it. Its length
 * depends on the number of columns only.
 */
export function npyHeader(rows: number, columns: number): Uint8Array {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`
  const prefix = MAGIC.length + 4 // version, length of the rest
  const longest = dictionary.length - String(rows).length + MAX_ROWS_DIGITS
  const total = Math.ceil((prefix + longest + 1) / ALIGNMENT) * ALIGNMENT
  const header = Buffer.from(`${MAGIC}\u0001\u0000..${dictionary.padEnd(total - prefix - 1)}\n`, 'latin1')
  header.writeUInt16LE(total - prefix, MAGIC.length + 2)
  return header
}

/** Bytes before the dictionary of a header: the magic string, the version, and its length. */
export const NPY_PREFIX = { 1: MAGIC.length + 4, 2: MAGIC.length + 6, 3: MAGIC.length + 6 } as const

/** Where the dictionary of a header begins, and its length; null for what is no .npy file of a version that is known. */
export function npyDictionary(start: Uint8Array): { readonly begin: number; readonly length: number } | null {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.byteLength)
  const version = bytes[MAGIC.length]
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return null
  if (version !== 1 && version !== 2 && version !== 3) return null
  const begin = NPY_PREFIX[version]
  const length = version === 1 ? bytes.readUInt16LE(begin - 2) : bytes.readUInt32LE(begin - 4)
  return { begin, length }
}

/** What the header of a .npy file says of its elements. */
export interface NpyArray {
  /** Type of an element, as '<f4'. */
  readonly descr: string
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
}

/** Reads the dictionary of a header; null where it is none. */
export function parseNpyDictionary(text: string): NpyArray | null {
  const descr = /'descr': *'([^']+)'/.exec(text)?.[1]
  const order = /'fortran_order': *(True|False)/.exec(text)?.[1]
  const shape = /'shape': *\(((?: *\d+ *,?)*)\)/.exec(text)?.[1]
  if (descr === undefined || order === undefined || shape === undefined) return null
  const sizes = shape.split(',').filter((size) => size.trim() !== '')
  return { descr, fortranOrder: order === 'True', shape: sizes.map(Number) }
}
