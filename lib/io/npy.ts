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

/** Axes of an array at most, as in NumPy. */
const MAX_AXES = 64
/** Characters of a dictionary at most: 64 axes of 16 digits need some 1200. */
const MAX_DICTIONARY = 1 << 16

/**
 * Reads the dictionary of a header, in time that grows with its length alone. Null where it does not say the three
 * things, says more, or gives a shape of more than 64 axes or of sizes beyond 2^53 - 1.
 */
export function parseNpyDictionary(text: string): NpyArray | null {
  const tokens = text.length > MAX_DICTIONARY ? null : tokensOf(text)
  if (tokens?.shift() !== '{' || tokens.pop() !== '}') return null
  let descr: string | undefined
  let order: string | undefined
  let shape: number[] | undefined
  for (let at = 0; at < tokens.length; ) {
    const [key, colon, value] = tokens.slice(at, at + 3)
    if (colon !== ':') return null
    at += 3
    if (key === "'descr'" && descr === undefined && value?.startsWith("'")) descr = value.slice(1, -1)
    else if (key === "'fortran_order'" && order === undefined && /^(True|False)$/.test(value ?? ''))
      order = value
    else if (key === "'shape'" && shape === undefined && value === '(') {
      const end = tokens.indexOf(')', at)
      const sizes = end < 0 ? null : sizesOf(tokens.slice(at, end))
      if (!sizes) return null
      shape = sizes
      at = end + 1
    } else return null
    if (at < tokens.length && tokens[at++] !== ',') return null
  }
  if (descr === undefined || order === undefined || shape === undefined) return null
  return { descr, fortranOrder: order === 'True', shape }
}

/** Numbers with commas between them, and perhaps one at the end. */
function sizesOf(tokens: readonly string[]): number[] | null {
  const sizes = tokens.filter((_, i) => i % 2 === 0).map((token) => (/^\d/.test(token) ? Number(token) : -1))
  const fits = sizes.length <= MAX_AXES && sizes.every((size) => size >= 0 && Number.isSafeInteger(size))
  return fits && tokens.every((token, i) => i % 2 === 0 || token === ',') ? sizes : null
}

/** Texts in single quotes, numbers, words and signs, without the space between them; null where it is none of these. */
function tokensOf(text: string): string[] | null {
  const token = /\s*('[^'\\]*'|"[^"\\]*"|\d+|[A-Za-z]+|[{}():,])/y
  const tokens: string[] = []
  const end = text.trimEnd().length
  while (token.lastIndex < end) {
    const found = token.exec(text)?.[1]
    if (found === undefined) return null
    tokens.push(found.startsWith('"') ? `'${found.slice(1, -1)}'` : found)
  }
  return tokens
}
