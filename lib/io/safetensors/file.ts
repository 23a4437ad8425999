import { badArgument, check, VmmError } from '../../core/errors.ts'
import { atomicWrite } from '../files.ts'
import { readFully, withFile } from '../read.ts'
import { BYTES, byteLength, elementBytes, type FileDtype, isFileDtype, productUpTo } from './dtypes.ts'
import { parseHeaderJson, type RawEntry } from './header_json.ts'

/** A tensor in a file. */
export type SafetensorsEntry<D extends string = FileDtype> = {
  readonly name: string
  readonly dtype: D
  readonly shape: readonly number[]
  /** Where its bytes begin and end, counted from the start of the file. */
  readonly begin: number
  readonly end: number
}

export type SafetensorsHeader<D extends string = FileDtype> = {
  /** In the order of their bytes, which follow one another without a hole. */
  readonly tensors: readonly SafetensorsEntry<D>[]
  readonly metadata: ReadonlyMap<string, string>
}

/** A tensor to be written: row-major elements, little-endian as on all supported machines. */
export type SafetensorsInput = {
  readonly name: string
  readonly dtype: FileDtype
  readonly shape: readonly number[]
  /** Or what gives it when its turn comes, for tensors that are not all in memory at once. */
  readonly data: ArrayBufferView | (() => ArrayBufferView)
}

/** Longest JSON header in bytes, read or written: 16 MiB, room for more than 100,000 tensors. */
export const MAX_HEADER_BYTES = 16 * 1024 * 1024
const MAX_TENSOR_BYTES = 2 ** 30
const MAX_DTYPE_LENGTH = 20
const PREFIX = 8 // the header's length, u64 little-endian
const DATA_ALIGNMENT = 64

/**
 * Reads and checks the header of a safetensors file; the data are not read.
 *
 * @throws VmmError NOT_FOUND when there is no such file; BAD_FILE naming file and entry when the header is longer
 *   than the file or MAX_HEADER_BYTES, is not the JSON of the format, has equal names, unknown dtypes, offsets out
 *   of range, holes or overlaps, or sizes that differ from shape times element
 */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  return readHeader(path, isFileDtype)
}

/**
 * The same for files of others, whose tensors may be of any type. The sizes of types that are not known are taken as
 * the header tells them.
 *
 * @throws VmmError as `readSafetensorsHeader`, but not for unknown dtypes
 */
export async function readForeignHeader(path: string): Promise<SafetensorsHeader<string>> {
  return readHeader(path, (dtype): dtype is string => dtype.length <= MAX_DTYPE_LENGTH)
}

async function readHeader<D extends string>(
  path: string,
  allows: (dtype: string) => dtype is D,
): Promise<SafetensorsHeader<D>> {
  return withFile(path, Number.POSITIVE_INFINITY, async (file, size) => {
    const prefix = Buffer.alloc(Math.min(PREFIX, size))
    await readFully(file, prefix, 0, path)
    const header = Buffer.alloc(headerLength(prefix, size, path))
    await readFully(file, header, PREFIX, path)
    return parse(header, size, path, allows)
  })
}

/** Checks the first 8 bytes of a file of `fileSize` bytes; returns the length of its JSON header in bytes. */
function headerLength(prefix: Uint8Array, fileSize: number, path: string): number {
  if (prefix.byteLength < PREFIX)
    throw new VmmError('BAD_FILE', `${path}: ${fileSize} bytes are too few for a safetensors file`)
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true)
  if (length > MAX_HEADER_BYTES)
    throw new VmmError(
      'BAD_FILE',
      `${path}: a header of ${length} bytes; at most ${MAX_HEADER_BYTES} are read`,
    )
  if (PREFIX + Number(length) > fileSize)
    throw new VmmError('BAD_FILE', `${path}: a header of ${length} bytes in a file of ${fileSize}`)
  return Number(length)
}

/** Checks the JSON of a header, without the 8 bytes of its length, against the bytes of the whole file. */
function parse<D extends string>(
  header: Uint8Array,
  fileSize: number,
  path: string,
  allows: (dtype: string) => dtype is D,
): SafetensorsHeader<D> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header)
  } catch (cause) {
    throw new VmmError('BAD_FILE', `${path}: the header is not UTF-8`, { cause })
  }
  const { entries, metadata } = parseHeaderJson(text, path)
  const dataStart = PREFIX + header.byteLength
  const tensors = entries.map((entry) => locate(entry, dataStart, fileSize, path, allows))
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end)
  let at = dataStart
  for (const { name, begin, end } of tensors) {
    if (begin !== at)
      throw bad(
        path,
        name,
        begin < at ? `overlaps the tensor before it by ${at - begin} bytes` : `follows a hole`,
      )
    at = end
  }
  if (at !== fileSize) throw new VmmError('BAD_FILE', `${path}: ${fileSize - at} bytes belong to no tensor`)
  return { tensors, metadata }
}

function locate<D extends string>(
  { name, dtype, shape, offsets }: RawEntry,
  dataStart: number,
  fileSize: number,
  path: string,
  allows: (dtype: string) => dtype is D,
): SafetensorsEntry<D> {
  if (!allows(dtype))
    throw bad(
      path,
      name,
      `dtype ${JSON.stringify(dtype.slice(0, 20))} is none of ${Object.keys(BYTES).join(', ')}`,
    )
  const width = elementBytes(dtype)
  const bytes = productUpTo(width ?? 1, shape)
  if (bytes === null) throw bad(path, name, 'its size is beyond 2^53 - 1 bytes')
  const begin = dataStart + offsets[0]
  const end = dataStart + offsets[1]
  if (offsets[1] < offsets[0])
    throw bad(path, name, `ends at ${offsets[1]}, before it begins at ${offsets[0]}`)
  if (end > fileSize) throw bad(path, name, `ends ${end - fileSize} bytes behind the end of the file`)
  if (width !== null && end - begin !== bytes)
    throw bad(
      path,
      name,
      `${end - begin} bytes, but ${dtype} [${shape.slice(0, 8).join(', ')}] needs ${bytes}`,
    )
  return { name, dtype, shape, begin, end }
}

/**
 * Bytes of some tensors of a file, in memory of their own, for what is read once and small.
 *
 * @throws VmmError NOT_FOUND; BAD_FILE when one lies beyond the end of the file, or all are larger than 1 GiB
 */
export async function readTensorBytes(
  path: string,
  tensors: readonly { readonly begin: number; readonly end: number }[],
): Promise<ArrayBuffer[]> {
  return withFile(path, Number.POSITIVE_INFINITY, async (file, size) => {
    const total = tensors.reduce((sum, { begin, end }) => sum + end - begin, 0)
    if (total > MAX_TENSOR_BYTES)
      throw new VmmError(
        'BAD_FILE',
        `${path}: tensors of ${total} bytes; at most ${MAX_TENSOR_BYTES} are read`,
      )
    const all: ArrayBuffer[] = []
    for (const { begin, end } of tensors) {
      if (end > size) throw new VmmError('BAD_FILE', `${path}: ${end - size} bytes are missing at its end`)
      const bytes = new Uint8Array(end - begin)
      await readFully(file, bytes, begin, path)
      all.push(bytes.buffer)
    }
    return all
  })
}

function bad(path: string, name: string, problem: string): VmmError {
  return new VmmError('BAD_FILE', `${path}: tensor ${JSON.stringify(name.slice(0, 100))}: ${problem}`)
}

/**
 * Writes a safetensors file atomically. The data begin at a multiple of 64 bytes, and tensors of larger elements
 * come first, so that every element is aligned to its size (the format allows no holes between tensors).
 *
 * @param tensors  names must differ; equal dtypes keep their order
 * @param metadata free texts, stored under `__metadata__`
 * @throws VmmError BAD_ARGUMENT for equal or reserved names, or data that do not fill the shape; NOT_FOUND when the
 *   folder is missing; BAD_FILE when writing fails
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly SafetensorsInput[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const ordered = [...tensors].sort((a, b) => BYTES[b.dtype] - BYTES[a.dtype])
  const fields: string[] = []
  if (Object.keys(metadata).length > 0) fields.push(`"__metadata__":${JSON.stringify(metadata)}`)
  const names = new Set(['__metadata__'])
  let at = 0
  for (const { name, dtype, shape, data } of ordered) {
    check(!names.has(name), 'tensors', name, 'names that differ from one another and from __metadata__')
    check(isFileDtype(dtype), `tensors[${name}].dtype`, dtype, `one of ${Object.keys(BYTES).join(', ')}`)
    const whole = shape.every((size) => Number.isSafeInteger(size) && size >= 0)
    check(whole, `tensors[${name}].shape`, shape, 'whole numbers of 0 or more')
    const bytes = byteLength(dtype, shape)
    const given = typeof data === 'function' ? bytes : data.byteLength
    if (bytes === null || bytes !== given)
      throw badArgument(`tensors[${name}].data`, `${given} bytes`, `${bytes ?? 'fewer'} bytes`)
    names.add(name)
    fields.push(headerField({ name, dtype, shape }, at, at + bytes))
    at += bytes
  }
  const header = headerOf(fields)
  await atomicWrite(path, contentOf(header, ordered))
}

/** What a header says of a tensor that lies at some bytes of the data. */
export function headerField(
  { name, dtype, shape }: Omit<SafetensorsInput, 'data'>,
  begin: number,
  end: number,
): string {
  return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`
}

/**
 * The bytes before the data, a multiple of 64: the length of the header, its fields, and spaces.
 *
 * @param room how many bytes there are at least
 * @throws VmmError BAD_ARGUMENT beyond MAX_HEADER_BYTES
 */
export function headerOf(fields: readonly string[], room = 0): Buffer {
  const json = Buffer.from(`{${fields.join(',')}}`)
  const whole = Math.max(PREFIX + json.length, room)
  const length = Math.ceil(whole / DATA_ALIGNMENT) * DATA_ALIGNMENT - PREFIX
  check(
    length <= MAX_HEADER_BYTES,
    'tensors',
    `a header of ${length} bytes`,
    `at most ${MAX_HEADER_BYTES} bytes`,
  )
  const header = Buffer.alloc(PREFIX + length, ' ')
  header.writeBigUInt64LE(BigInt(length), 0)
  json.copy(header, PREFIX)
  return header
}

function* contentOf(header: Uint8Array, tensors: readonly SafetensorsInput[]): Generator<Uint8Array> {
  yield header
  for (const { name, dtype, shape, data } of tensors) {
    const view = typeof data === 'function' ? data() : data
    const bytes = byteLength(dtype, shape)
    if (bytes !== view.byteLength)
      throw badArgument(`tensors[${name}].data`, `${view.byteLength} bytes`, `${bytes} bytes`)
    yield new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  }
}
