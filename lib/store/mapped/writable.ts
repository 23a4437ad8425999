import { type FileHandle, open } from 'node:fs/promises'
import { FILE_MODE, fileError } from '../../io/files.ts'

/** Bytes that are written at once. */
const PIECE = 1 << 24

/**
 * Opens a file to be written, and closes it.
 *
 * @param flags 'r+' for a file that is there, 'w' for one that is emptied or made
 * @throws VmmError BAD_FILE, NOT_FOUND
 */
export async function withWritable(
  path: string,
  flags: 'r+' | 'w',
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  try {
    const file = await open(path, flags, FILE_MODE)
    try {
      await write(file)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw fileError(path, 'write', error)
  }
}

/** The bytes of vectors, one after another. */
export function* bytesOf(vectors: Iterable<Float32Array>): Generator<Uint8Array> {
  for (const { buffer, byteOffset, byteLength } of vectors)
    yield new Uint8Array(buffer, byteOffset, byteLength)
}

/** Writes parts one after another, small ones together. */
export async function writeAt(
  file: FileHandle,
  parts: Iterable<Uint8Array>,
  position: number,
): Promise<number> {
  let at = position
  let waiting: Uint8Array[] = []
  let size = 0
  const flush = async (): Promise<void> => {
    const bytes = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting)
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at)
      done += bytesWritten
      at += bytesWritten
    }
    waiting = []
    size = 0
  }
  for (const part of parts) {
    waiting.push(part)
    size += part.length
    if (size >= PIECE) await flush()
  }
  if (size > 0) await flush()
  return at
}
