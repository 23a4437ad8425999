import type { Readable } from 'node:stream'
import { fileError } from './files.ts'

/** Fills an array with the next bytes; gives how many there were, fewer than asked for at the end alone. */
export type FillBytes = (into: Uint8Array) => Promise<number>

/**
 * Reads a stream by as many bytes as are wanted.
 *
 * @param name for messages
 * @throws VmmError NOT_FOUND, BAD_FILE when it cannot be read; the function that is returned does
 */
export function bytesOf(input: Readable, name: string): FillBytes {
  const chunks = input[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  let rest = new Uint8Array(0)
  return async (into) => {
    let at = 0
    while (at < into.length) {
      if (rest.length === 0) {
        const next = await chunks.next().catch((error: unknown) => {
          throw fileError(name, 'read', error)
        })
        if (next.done) break
        rest = next.value as Uint8Array<ArrayBuffer>
      }
      const some = rest.subarray(0, into.length - at)
      into.set(some, at)
      at += some.length
      rest = rest.subarray(some.length)
    }
    return at
  }
}
