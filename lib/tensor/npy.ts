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
