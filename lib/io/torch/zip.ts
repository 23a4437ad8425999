import type { FileHandle } from 'node:fs/promises'
import { VmmError } from '../../core/errors.ts'
import { readFully } from '../read.ts'
import { quoted } from './fail.ts'

/** An open file. */
export interface OpenFile {
  readonly file: FileHandle
  /** Bytes of it. */
  readonly size: number
  readonly path: string
}

/** A file of an archive, as the directory tells. */
export interface ZipEntry {
  readonly name: string
  /** Bytes of the name as it is stored. */
  readonly nameLength: number
  /** How it is stored: 0 as it is. */
  readonly method: number
  readonly encrypted: boolean
  /** Bytes in the archive, and of the file itself. */
  readonly packed: number
  readonly bytes: number
  /** Where its local header begins. */
  readonly header: number
}

const END = 0x06054b50
const END_BYTES = 22
const LOCATOR_64 = 0x07064b50
const LOCATOR_64_BYTES = 20
const END_64 = 0x06064b50
const END_64_BYTES = 56
const ENTRY = 0x02014b50
const ENTRY_BYTES = 46
const LOCAL = 0x04034b50
const LOCAL_BYTES = 30
const FULL_16 = 0xffff
const FULL_32 = 0xffffffff
const EXTRA_64 = 1
const ENCRYPTED = 1
const LONGEST_COMMENT = 0xffff
/** Of the directory: room for some hundred thousand entries. */
const MOST_DIRECTORY_BYTES = 2 ** 26

/**
 * The directory at the end of a zip archive, also of one beyond 4 GB (zip64).
 *
 * @throws VmmError BAD_FILE where it is missing, does not fit the file, or has two entries of one name
 */
export async function readZipDirectory(open: OpenFile): Promise<ReadonlyMap<string, ZipEntry>> {
  const { count, length, at } = await locate(open)
  if (at + length > open.size)
    throw bad(open, `its directory ends ${at + length - open.size} bytes behind it`)
  if (length > MOST_DIRECTORY_BYTES)
    throw bad(open, `a directory of ${length} bytes; at most ${MOST_DIRECTORY_BYTES} are read`)
  const directory = await readAt(open, at, length)
  const entries = new Map<string, ZipEntry>()
  let position = 0
  for (let i = 0; i < count; i++) {
    const found = entryAt(directory, position)
    if (!found) throw bad(open, `entry ${i} of its directory is none`)
    const { entry } = found
    if (entries.has(entry.name)) throw bad(open, `two entries ${quoted(entry.name)}`)
    entries.set(entry.name, entry)
    position = found.end
  }
  return entries
}

/**
 * Where the bytes of a file of an archive begin; they lie there as they are.
 *
 * @throws VmmError UNSUPPORTED for one that is compressed or encrypted; BAD_FILE where its local header is no such, or
 *   it ends behind the archive
 */
export async function placeOf(open: OpenFile, entry: ZipEntry): Promise<number> {
  const { name, nameLength, method, encrypted, packed, bytes, header } = entry
  if (encrypted) throw unsupported(open, `${quoted(name)} is encrypted`)
  if (method !== 0)
    throw unsupported(open, `${quoted(name)} is compressed; save it with torch.save, which does not`)
  if (packed !== bytes) throw bad(open, `${quoted(name)} is stored in ${packed} bytes and has ${bytes}`)
  const nameEnd = LOCAL_BYTES + nameLength
  const local = header + nameEnd <= open.size ? await readAt(open, header, nameEnd) : null
  if (local?.readUInt32LE(0) !== LOCAL) throw bad(open, `${quoted(name)} has no header at ${header}`)
  if (local.readUInt16LE(26) !== nameLength || local.toString('utf8', LOCAL_BYTES) !== name)
    throw bad(open, `the header of ${quoted(name)} is another's`)
  const begin = header + nameEnd + local.readUInt16LE(28)
  if (begin + bytes > open.size)
    throw bad(open, `${quoted(name)} ends ${begin + bytes - open.size} bytes behind the file`)
  return begin
}

/** Some bytes, which the file has. */
export async function readAt({ file, path }: OpenFile, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  await readFully(file, bytes, at, path)
  return bytes
}

/** Where the directory is, by the record at the very end of the file. */
async function locate(open: OpenFile): Promise<{ count: number; length: number; at: number }> {
  const { size } = open
  const length = Math.min(size, END_BYTES + LONGEST_COMMENT + LOCATOR_64_BYTES)
  const tail = await readAt(open, size - length, length)
  let end = length - END_BYTES
  while (
    end >= 0 &&
    !(tail.readUInt32LE(end) === END && tail.readUInt16LE(end + 20) === length - end - END_BYTES)
  )
    end--
  if (end < 0) throw bad(open, 'it has no directory of a zip archive at its end')
  const found = {
    count: tail.readUInt16LE(end + 10),
    length: tail.readUInt32LE(end + 12),
    at: tail.readUInt32LE(end + 16),
  }
  if (found.count !== FULL_16 && found.length !== FULL_32 && found.at !== FULL_32) return found
  const locator = end - LOCATOR_64_BYTES
  if (locator < 0 || tail.readUInt32LE(locator) !== LOCATOR_64) throw bad(open, 'it has no locator of zip64')
  const at = u64(tail, locator + 8)
  const record = at !== null && at + END_64_BYTES <= size ? await readAt(open, at, END_64_BYTES) : null
  const [count, bytes, begin] = record ? [u64(record, 32), u64(record, 40), u64(record, 48)] : []
  if (record?.readUInt32LE(0) !== END_64 || count == null || bytes == null || begin == null)
    throw bad(open, 'it has no directory of zip64')
  return { count, length: bytes, at: begin }
}

/** The entry at a place of the directory, and where it ends; null where there is none. */
function entryAt(directory: Buffer, at: number): { readonly entry: ZipEntry; readonly end: number } | null {
  if (at + ENTRY_BYTES > directory.length || directory.readUInt32LE(at) !== ENTRY) return null
  const nameEnd = at + ENTRY_BYTES + directory.readUInt16LE(at + 28)
  const extraEnd = nameEnd + directory.readUInt16LE(at + 30)
  const end = extraEnd + directory.readUInt16LE(at + 32)
  if (end > directory.length) return null
  const wide = wideSizes(directory.subarray(nameEnd, extraEnd))
  // Only what is full in 32 bits is there in 64, in this order.
  const size = (offset: number): number | null => {
    const narrow = directory.readUInt32LE(at + offset)
    return narrow === FULL_32 ? (wide.shift() ?? null) : narrow
  }
  const [bytes, packed, header] = [size(24), size(20), size(42)]
  if (bytes === null || packed === null || header === null) return null
  const entry = {
    name: directory.toString('utf8', at + ENTRY_BYTES, nameEnd),
    nameLength: nameEnd - at - ENTRY_BYTES,
    method: directory.readUInt16LE(at + 10),
    encrypted: (directory.readUInt16LE(at + 8) & ENCRYPTED) !== 0,
    packed,
    bytes,
    header,
  }
  return { entry, end }
}

/** The 64-bit numbers of an entry's extra fields, up to the first that is beyond 2^53 - 1. */
function wideSizes(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === EXTRA_64) {
      const sizes: number[] = []
      for (let from = at + 4; from + 8 <= Math.min(end, extra.length); from += 8) {
        const value = u64(extra, from)
        if (value === null) break
        sizes.push(value)
      }
      return sizes
    }
    at = end
  }
  return []
}

/** A number of 64 bits, or null beyond 2^53 - 1. */
function u64(bytes: Buffer, at: number): number | null {
  const value = Number(bytes.readBigUInt64LE(at))
  return Number.isSafeInteger(value) ? value : null
}

const bad = ({ path }: OpenFile, problem: string) => new VmmError('BAD_FILE', `${path}: ${problem}`)
const unsupported = ({ path }: OpenFile, problem: string) =>
  new VmmError('UNSUPPORTED', `${path}: ${problem}`)
