import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { VmmError } from '../core/errors.ts'

/** The system's code of an error ('ENOENT', 'EACCES'…), or undefined for other errors. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}

/** A system error as ours: NOT_FOUND where the file is missing, BAD_FILE elsewhere. Ours pass unchanged. */
export function fileError(path: string, action: 'read' | 'write', cause: unknown): VmmError {
  if (cause instanceof VmmError) return cause
  const missing = systemCode(cause) === 'ENOENT'
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new VmmError(missing ? 'NOT_FOUND' : 'BAD_FILE', `${path}: cannot ${action}: ${reason}`, { cause })
}

/** A path beside `path` that no other process or call uses; on the same file system, so that rename is atomic. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`)
}

/**
 * Replaces a file as a whole: readers see the old content or the new, also after a crash. The content goes to a
 * temporary file in the same folder, is flushed to the disk and renamed; on failure the temporary file is removed.
 *
 * @param path   the file; its folder must exist
 * @param chunks the content, written in order
 * @throws VmmError NOT_FOUND when the folder is missing, BAD_FILE when writing fails
 */
export async function atomicWrite(path: string, chunks: Iterable<Uint8Array | string>): Promise<void> {
  const temporary = temporaryName(path)
  try {
    const file = await open(temporary, 'wx')
    try {
      for (const chunk of chunks) await writeAll(file, typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true })
    throw fileError(path, 'write', error)
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.byteLength - at)
    at += bytesWritten
  }
}

/** Makes a rename durable. Windows cannot open folders and does not need it. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
