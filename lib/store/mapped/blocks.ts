import { damagedLog } from './frames.ts'

/** Arrays lie at multiples of this, so that they are read where they are. */
const ALIGN = 8

/** What a frame of the log says, as a list of blocks. Raised with the manifest's format when one changes. */
export const BLOCK = {
  space: 1,
  ids: 2,
  words: 3,
  put: 4,
  rows: 5,
  remove: 6,
  link: 7,
  unlink: 8,
  drop: 9,
  model: 10,
  map: 11,
} as const

/** One block: its kind, how many things it tells of, and arrays of them. */
export interface Block {
  readonly kind: number
  readonly count: number
  readonly arrays: readonly ArrayBufferView[]
}

/** Bytes of blocks, one after another. */
export function encodeBlocks(blocks: readonly Block[]): Uint8Array {
  const size = (block: Block) => block.arrays.reduce((sum, { byteLength }) => sum + aligned(byteLength), 16)
  const bytes = new Uint8Array(blocks.reduce((sum, block) => sum + size(block), 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const block of blocks) {
    view.setUint32(at, block.kind, true)
    view.setUint32(at + 4, block.count, true)
    view.setFloat64(at + 8, size(block), true)
    let to = at + 16
    for (const { buffer, byteOffset, byteLength } of block.arrays) {
      bytes.set(new Uint8Array(buffer, byteOffset, byteLength), to)
      to += aligned(byteLength)
    }
    at = to
  }
  return bytes
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGN) * ALIGN
}

/** A block as it is read. Its arrays are taken in the order in which they were written. */
export interface BlockReader {
  readonly kind: number
  readonly count: number
  u32(length: number): Uint32Array
  f32(length: number): Float32Array
  f64(length: number): Float64Array
  bytes(length: number): Uint8Array
}

/**
 * The blocks of a frame.
 *
 * @param bytes begin at a multiple of 8 of their buffer
 * @throws VmmError BAD_FILE naming `path` where they say more than there is
 */
export function* decodeBlocks(bytes: Uint8Array, path: string): Generator<BlockReader> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length; ) {
    if (at + 16 > bytes.length) throw damagedLog(path)
    const size = view.getFloat64(at + 8, true)
    const end = at + size
    if (!(Number.isInteger(size) && size >= 16 && size % ALIGN === 0 && end <= bytes.length))
      throw damagedLog(path)
    let next = at + 16
    const take = (length: number): number => {
      const begin = next
      next += aligned(length)
      if (!(next <= end)) throw damagedLog(path)
      return bytes.byteOffset + begin
    }
    yield {
      kind: view.getUint32(at, true),
      count: view.getUint32(at + 4, true),
      u32: (length) => new Uint32Array(bytes.buffer, take(4 * length), length),
      f32: (length) => new Float32Array(bytes.buffer, take(4 * length), length),
      f64: (length) => new Float64Array(bytes.buffer, take(8 * length), length),
      bytes: (length) => new Uint8Array(bytes.buffer, take(length), length),
    }
    at = end
  }
}
