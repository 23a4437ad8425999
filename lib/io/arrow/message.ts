import { VmmError } from '../../core/errors.ts'
import { rootTable, type Table } from './flatbuffer.ts'
import { endsEarly, type Source } from './source.ts'

export const SCHEMA = 1
export const DICTIONARY_BATCH = 2
export const RECORD_BATCH = 3

/** Bytes of metadata at most, before any of them is read. */
export const MOST_METADATA = 1 << 24
/** The metadata versions whose layouts are known: V4 and V5, by their numbers. */
const VERSIONS = [3, 4]

/** Bytes before the metadata: -1, which marks them since version 0.15, and their length. */
const PREFIX = 8

/** The head of a message; its body follows it in the source. */
export interface Message {
  readonly kind: number
  readonly version: number
  readonly header: Table
  readonly bodyLength: number
  /** Bytes before the body. */
  readonly length: number
}

/**
 * The next message of a source: null at the mark of its end, undefined where nothing at all is left.
 *
 * @throws VmmError BAD_FILE
 */
export async function readMessage(source: Source, name: string): Promise<Message | null | undefined> {
  const bad = (problem: string) => new VmmError('BAD_FILE', `${name}: ${problem}`)
  const prefix = await source.read(PREFIX)
  if (prefix.length === 0) return undefined
  if (prefix.length < PREFIX) throw endsEarly(name)
  const view = new DataView(prefix.buffer, prefix.byteOffset)
  const length = view.getInt32(4, true)
  if (view.getInt32(0, true) !== -1 || length < 0 || length > MOST_METADATA)
    throw bad('not Arrow data, or damaged')
  if (length === 0) return null
  const bytes = await source.read(length)
  if (bytes.length < length) throw endsEarly(name)
  const message = rootTable(bytes, name)
  const [version, kind, bodyLength] = [message.i16(0), message.u8(1), message.i64(3)]
  const header = message.table(2)
  if (!VERSIONS.includes(version)) throw bad(`metadata of version V${version + 1}; expected V4 or V5`)
  if (!header || bodyLength < 0) throw bad('damaged metadata: a message without a header or a body')
  return { kind, version, header, bodyLength, length: PREFIX + length }
}
