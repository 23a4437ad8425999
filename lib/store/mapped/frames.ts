import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { VmmError } from '../../core/errors.ts'
import { readFully } from '../../io/read.ts'

/** Begins each frame; no text in UTF-8 has these bytes. */
const MAGIC = 0xff_fe_4c_d6
const HEADER = 40
const ALIGN = 8
/** Bytes that are read at a time: small frames come by the thousand, and most of a large one is not read. */
const WINDOW = 1 << 16
/** Bytes of a whole file that are read at a time. */
const PIECE = 1 << 20

/** What one write adds to the log: all of it counts, or nothing. */
export interface Frame {
  /** What is read whenever the store is opened. */
  readonly main: Uint8Array
  /** Relations, which are read when they are first asked for. */
  readonly edges: Uint8Array
  /** Records as JSON, which are read one by one. */
  readonly records: readonly Uint8Array[]
}

/** Where the parts of a frame lie in the log, and where the next one begins. */
export interface ReadFrame {
  readonly end: { readonly at: number; readonly number: number }
  readonly main: Uint8Array
  readonly edges: { readonly at: number; readonly bytes: number; readonly crc: number }
  readonly records: { readonly at: number; readonly bytes: number }
}

interface Header {
  readonly main: number
  readonly edges: number
  readonly records: number
  readonly crcs: readonly [main: number, edges: number, records: number]
  /** Bytes of the frame. */
  readonly bytes: number
}

/** The bytes of a frame, in pieces. */
export function encodeFrame(number: number, { main, edges, records }: Frame): Uint8Array[] {
  const bytes = records.reduce((sum, { length }) => sum + length, 0)
  const header = new Uint8Array(HEADER)
  const view = new DataView(header.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, number, true)
  view.setUint32(8, main.length, true)
  view.setUint32(12, edges.length, true)
  view.setFloat64(16, bytes, true)
  view.setUint32(24, crc32(main), true)
  view.setUint32(28, crc32(edges), true)
  view.setUint32(32, crcOf(records), true)
  view.setUint32(36, crc32(header.subarray(0, 36)), true)
  return [header, main, edges, ...records, new Uint8Array(padding(bytes))]
}

function padding(bytes: number): number {
  return (ALIGN - (bytes % ALIGN)) % ALIGN
}

function crcOf(parts: readonly Uint8Array[]): number {
  let crc = 0
  for (const part of parts) crc = crc32(part, crc)
  return crc
}

/** Bytes of a log, copied from a window that moves along it; what is larger is read for itself. */
function windowOn(file: FileHandle, size: number, path: string) {
  const window = new Uint8Array(Math.min(WINDOW, size))
  let [begin, end] = [0, 0]
  return async (at: number, bytes: number): Promise<Uint8Array> => {
    if (bytes > window.length) {
      const large = new Uint8Array(bytes)
      await readFully(file, large, at, path)
      return large
    }
    if (at < begin || at + bytes > end) {
      begin = at
      end = Math.min(at + window.length, size)
      await readFully(file, window.subarray(0, end - begin), begin, path)
    }
    return window.slice(at - begin, at - begin + bytes)
  }
}

/**
 * Reads the frames of a log from a position on. What a process that was killed has left at its end is no frame.
 *
 * @param from where the first one begins, and its number
 * @param size bytes of the file
 * @throws VmmError BAD_FILE where a frame in the middle is damaged
 */
export async function* readFrames(
  file: FileHandle,
  path: string,
  from: ReadFrame['end'],
  size: number,
): AsyncGenerator<ReadFrame> {
  const read = windowOn(file, size, path)
  const headerAt = async (at: number, number: number): Promise<Header | null> =>
    at + HEADER > size ? null : headerOf(await read(at, HEADER), number, size - at)
  let { at, number } = from
  let header = await headerAt(at, number)
  while (header !== null) {
    const main = await read(at + HEADER, header.main)
    const next = await headerAt(at + header.bytes, number + 1)
    const edges = { at: at + HEADER + header.main, bytes: header.edges, crc: header.crcs[1] }
    const records = { at: edges.at + edges.bytes, bytes: header.records }
    const whole = crc32(main) === header.crcs[0]
    if (next === null && !(whole && (await isWhole(file, path, edges, records, header)))) break
    if (!whole) throw damagedLog(path)
    at += header.bytes
    number++
    header = next
    yield { main, edges, records, end: { at, number } }
  }
  await refuseFramesBehind(file, path, at, size, number)
}

/** Whether the other parts of the last frame have come to the disk. */
async function isWhole(
  file: FileHandle,
  path: string,
  edges: ReadFrame['edges'],
  records: ReadFrame['records'],
  { crcs }: Header,
): Promise<boolean> {
  return (
    (await crcInFile(file, path, edges.at, edges.bytes)) === crcs[1] &&
    (await crcInFile(file, path, records.at, records.bytes)) === crcs[2]
  )
}

async function crcInFile(file: FileHandle, path: string, at: number, bytes: number): Promise<number> {
  let crc = 0
  for (let done = 0; done < bytes; done += PIECE) {
    const piece = new Uint8Array(Math.min(PIECE, bytes - done))
    await readFully(file, piece, at + done, path)
    crc = crc32(piece, crc)
  }
  return crc
}

function headerOf(bytes: Uint8Array, number: number, most: number): Header | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER)
  const good = view.getUint32(0, true) === MAGIC && view.getUint32(36, true) === crc32(bytes.subarray(0, 36))
  if (!good || view.getUint32(4, true) !== number) return null
  const [main, edges, records] = [
    view.getUint32(8, true),
    view.getUint32(12, true),
    view.getFloat64(16, true),
  ]
  const total = HEADER + main + edges + records + padding(records)
  if (!(Number.isSafeInteger(records) && records >= 0 && total <= most)) return null
  const crcs = [view.getUint32(24, true), view.getUint32(28, true), view.getUint32(32, true)] as const
  return { main, edges, records, crcs, bytes: total }
}

/** Whole frames after one that is none: the log is damaged there, and not just at its end. */
async function refuseFramesBehind(
  file: FileHandle,
  path: string,
  from: number,
  size: number,
  number: number,
): Promise<void> {
  const mark = new Uint8Array(4)
  new DataView(mark.buffer).setUint32(0, MAGIC, true)
  for (let at = from; at < size; at += PIECE) {
    const piece = Buffer.alloc(Math.min(PIECE + HEADER, size - at))
    await readFully(file, piece, at, path)
    for (let found = piece.indexOf(mark); found >= 0; found = piece.indexOf(mark, found + 1)) {
      if (found + HEADER > piece.length) break
      const header = piece.subarray(found, found + HEADER)
      const behind = header.readUInt32LE(4)
      if (behind > number && headerOf(header, behind, Number.POSITIVE_INFINITY)) throw damagedLog(path)
    }
  }
}

export function damagedLog(path: string): VmmError {
  return new VmmError('BAD_FILE', `${path}: a damaged log of a store`)
}
