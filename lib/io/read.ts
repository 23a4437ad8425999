import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { VmmError } from '../core/errors.ts'
import { fileError } from './files.ts'

/**
 * Opens a regular file for reading. Pipes and devices, which could hang or have no end, are refused.
 *
 * @throws VmmError NOT_FOUND, BAD_FILE
 */
export async function openRegular(
  path: string,
): Promise<{ readonly file: FileHandle; readonly size: number }> {
  // Without waiting for a writer, where it is a pipe. Windows has no such flag.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((error: unknown) => {
    throw fileError(path, 'read', error)
  })
  try {
    const found = await file.stat()
    if (!found.isFile()) throw new VmmError('BAD_FILE', `${path}: cannot read: it is no regular file`)
    return { file, size: found.size }
  } catch (error) {
    await file.close()
    throw fileError(path, 'read', error)
  }
}

/**
 * Calls `read` with a regular file that is open for reading, and its size in bytes; closes it afterwards.
 *
 * @param mostBytes a larger file is refused before any of it is read
 * @throws VmmError NOT_FOUND, BAD_FILE; what `read` throws, system errors as these two
 */
export async function withFile<T>(
  path: string,
  mostBytes: number,
  read: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const { file, size } = await openRegular(path)
  try {
    if (size > mostBytes)
      throw new VmmError('BAD_FILE', `${path}: ${size} bytes; at most ${mostBytes} are read`)
    return await read(file, size)
  } catch (error) {
    throw fileError(path, 'read', error)
  } finally {
    await file.close()
  }
}

/**
 * Fills an array with the bytes of an open file from a position on.
 *
 * @param path for messages
 * @throws VmmError BAD_FILE when the file ends before
 */
export async function readFully(
  file: FileHandle,
  into: Uint8Array,
  position: number,
  path: string,
): Promise<void> {
  for (let at = 0; at < into.length; ) {
    const { bytesRead } = await file.read(into, at, into.length - at, position + at)
    if (bytesRead === 0)
      throw new VmmError('BAD_FILE', `${path}: it ends at byte ${position + at}, while it is read`)
    at += bytesRead
  }
}

/**
 * The whole of a regular file that is small, as large as it is when it is opened.
 *
 * @param mostBytes a larger file is refused before any of it is read
 * @throws VmmError NOT_FOUND; BAD_FILE when it is larger, a pipe, a device or a folder, or cannot be read
 */
export function readSmallFile(path: string, mostBytes: number): Promise<Buffer> {
  return withFile(path, mostBytes, async (file, size) => {
    const bytes = Buffer.alloc(size)
    await readFully(file, bytes, 0, path)
    return bytes
  })
}

/** readSmallFile; null where there is no such file. Throws VmmError BAD_FILE. */
export async function readOptionalFile(path: string, mostBytes: number): Promise<Buffer | null> {
  try {
    return await readSmallFile(path, mostBytes)
  } catch (error) {
    if (error instanceof VmmError && error.code === 'NOT_FOUND') return null
    throw error
  }
}
