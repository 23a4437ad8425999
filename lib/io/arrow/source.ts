import type { FileHandle } from 'node:fs/promises'
import { VmmError } from '../../core/errors.ts'
import type { FillBytes } from '../bytes.ts'
import { fileError } from '../files.ts'

/** Bytes of a body at most that comes through a pipe, and must be held as a whole. */
const MOST_HELD = 2 ** 30
/** Bytes that are taken on the mere word of a length. */
const TRUSTED = 1 << 20

/** Fills an array with bytes of a body from a position on, both within its length. */
export type Body = (into: Uint8Array, from: number) => Promise<void>

/** What messages are read from, one after another. */
export interface Source {
  /** The next bytes; fewer than asked for at the end alone. */
  read(length: number): Promise<Uint8Array>
  /** The next bytes as a body, of which any part can be read until the next call. */
  body(length: number): Promise<Body>
}

/** A stream that is read from its beginning to its end. */
export function streamSource(fill: FillBytes, name: string): Source {
  /** Memory grows with the bytes that come, whatever length is said. */
  const read = async (length: number): Promise<Uint8Array> => {
    let bytes = new Uint8Array(Math.min(length, TRUSTED))
    for (let at = 0; ; ) {
      at += await fill(bytes.subarray(at))
      if (at < bytes.length || at === length) return bytes.subarray(0, at)
      const larger = new Uint8Array(Math.min(length, 2 * at))
      larger.set(bytes)
      bytes = larger
    }
  }
  return {
    read,
    body: async (length) => {
      if (length > MOST_HELD)
        throw new VmmError(
          'BAD_FILE',
          `${name}: a record batch of ${length} bytes; at most ${MOST_HELD} are read unless they are in a file`,
        )
      const bytes = await read(length)
      if (bytes.length < length) throw endsEarly(name)
      return async (into, from) => into.set(bytes.subarray(from, from + into.length))
    },
  }
}

/** Bytes `begin` … `end` - 1 of a file. Bodies stay in it. */
export function fileSource(file: FileHandle, name: string, begin: number, end: number): Source {
  const fill = async (into: Uint8Array, from: number): Promise<void> => {
    for (let at = 0; at < into.length; ) {
      const { bytesRead } = await file.read(into, at, into.length - at, from + at).catch((error: unknown) => {
        throw fileError(name, 'read', error)
      })
      if (bytesRead === 0) throw endsEarly(name)
      at += bytesRead
    }
  }
  let next = begin
  return {
    read: async (length) => {
      const bytes = new Uint8Array(Math.min(length, end - next))
      await fill(bytes, next)
      next += bytes.length
      return bytes
    },
    body: async (length) => {
      if (length > end - next) throw endsEarly(name)
      const start = next
      next += length
      return (into, from) => fill(into, start + from)
    },
  }
}

/** The file or stream is shorter than it says. */
export function endsEarly(name: string): VmmError {
  return new VmmError('BAD_FILE', `${name}: it ends too early`)
}
