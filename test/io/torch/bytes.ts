// Pickles and zip archives by hand, as no pickler writes them.
import { deflateRawSync } from 'node:zlib'

export type Part = string | Uint8Array

/** Opcodes, one byte for each character, and bytes. */
export const bytes = (...parts: readonly Part[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)))

export const pickle = (...parts: readonly Part[]): Buffer => bytes('\x80\x02', ...parts, '.')

const u32 = (n: number): Buffer => {
  const b = Buffer.alloc(4)
  b.writeUInt32LE(n)
  return b
}
export const text = (s: string): Buffer => bytes('X', u32(Buffer.byteLength(s)), Buffer.from(s))
export const global = (module: string, name: string): Buffer => Buffer.from(`c${module}\n${name}\n`)
export const int = (n: number): Buffer => {
  const b = Buffer.alloc(5, 'J')
  b.writeInt32LE(n, 1)
  return b
}
/** LONG1 of 9 bytes. */
export const long = (n: bigint): Buffer => {
  const b = Buffer.alloc(11)
  b.write('\x8a\x09', 'latin1')
  b.writeBigInt64LE(n, 2)
  return b
}
const number = (n: number | bigint): Buffer => (typeof n === 'bigint' ? long(n) : int(n))
const tuple = (...items: readonly Part[]): Buffer => bytes('(', ...items, 't')
export const dict = (...pairs: readonly Part[]): Buffer => bytes('}(', ...pairs, 'u')

export interface TensorParts {
  readonly key?: string
  readonly type?: string
  readonly elements?: Part | number | bigint
  readonly offset?: number | bigint
  readonly shape?: readonly (number | bigint)[]
  readonly strides?: readonly (number | bigint)[]
  /** Goes on after the five parts of a persistent id. */
  readonly view?: Part
}

const part = (n: Part | number | bigint): Part =>
  typeof n === 'number' || typeof n === 'bigint' ? number(n) : n

export const storage = ({ key = '0', type = 'FloatStorage', elements = 4, view = '' }: TensorParts = {}) =>
  bytes(tuple(text('storage'), global('torch', type), text(key), text('cpu'), part(elements), view), 'Q')

export const tensor = (parts: TensorParts = {}): Buffer => {
  const { offset = 0, shape = [4], strides = [1] } = parts
  return bytes(
    global('torch._utils', '_rebuild_tensor_v2'),
    ...[
      '(',
      storage(parts),
      number(offset),
      tuple(...shape.map(number)),
      tuple(...strides.map(number)),
      '\x89',
    ],
    ...[global('collections', 'OrderedDict'), ')RtR'],
  )
}

export interface ZipLies {
  readonly method?: number
  readonly flags?: number
  readonly end?: { readonly count?: number; readonly length?: number; readonly at?: number }
}

export interface ZipFile {
  readonly name: string
  readonly data: Uint8Array
  /** What the directory says instead of the truth. */
  readonly bytes?: number
  readonly packed?: number
  readonly header?: number
  readonly extra?: Uint8Array
  /** What the local header says. */
  readonly localName?: string
}

export function zip(files: readonly ZipFile[], { method = 0, flags = 0, end = {} }: ZipLies = {}): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, data, extra = Buffer.alloc(0), ...lies } of files) {
    const body = method === 8 ? deflateRawSync(data) : Buffer.from(data)
    const localName = Buffer.from(lies.localName ?? name)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50)
    local.writeUInt16LE(method, 8)
    local.writeUInt16LE(localName.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50)
    entry.writeUInt16LE(flags, 8)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(lies.packed ?? body.length, 20)
    entry.writeUInt32LE(lies.bytes ?? data.length, 24)
    entry.writeUInt16LE(Buffer.byteLength(name), 28)
    entry.writeUInt16LE(extra.length, 30)
    entry.writeUInt32LE(lies.header ?? at, 42)
    parts.push(local, localName, body)
    directory.push(entry, Buffer.from(name), Buffer.from(extra))
    at += 30 + localName.length + body.length
  }
  const all = Buffer.concat(directory)
  const last = Buffer.alloc(22)
  last.writeUInt32LE(0x06054b50)
  last.writeUInt16LE(end.count ?? files.length, 10)
  last.writeUInt32LE(end.length ?? all.length, 12)
  last.writeUInt32LE(end.at ?? at, 16)
  return Buffer.concat([...parts, all, last])
}

/** An archive of a pickle and one storage of 16 bytes. */
export const archive = (data: Uint8Array, lies?: ZipLies, more: readonly ZipFile[] = []): Buffer =>
  zip([{ name: 'a/data.pkl', data }, { name: 'a/data/0', data: Buffer.alloc(16) }, ...more], lies)

export const one = (part: Part): Buffer => pickle(dict(text('w'), part))

/** The older format: its parts, each of which may be another. */
export function stream({
  magic = pickle(bytes('\x8a\x0a', Buffer.from('6cfc9c46f9206aa85019', 'hex'))),
  version = pickle(int(1001)),
  machine = pickle(dict(text('little_endian'), '\x88')),
  object = one(tensor()),
  keys = pickle('](', text('0'), 'e'),
  storages = bytes('\x04\0\0\0\0\0\0\0', Buffer.alloc(16)) as Uint8Array,
} = {}): Buffer {
  return Buffer.concat([magic, version, machine, object, keys, storages])
}
