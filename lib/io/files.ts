import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, lstat, open, readdir, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
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

/** Whether anything is at a path, be it a link that leads nowhere. */
export function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

/** Modes of what is made here, also where the umask would let others write: only the owner may. */
export const FILE_MODE = 0o644
export const FOLDER_MODE = 0o755

/** Temporary names carry the machine: process numbers of another one say nothing here. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

/**
 * A path beside `path` that no other process or call uses; on the same file system, so that rename is atomic.
 *
 * @param ending 'tmp' for what counts for nothing when its process is gone, 'old' for what is to be put back then
 */
export function temporaryName(path: string, ending: 'tmp' | 'old' = 'tmp'): string {
  const unique = `${HOST}-${process.pid}-${randomBytes(6).toString('hex')}`
  return join(dirname(path), `.${basename(path)}.${unique}.${ending}`)
}

/** A temporary file or folder that a call has made, or has left when its process ended. */
export interface Leftover {
  readonly path: string
  readonly ending: 'tmp' | 'old'
  /** Whether the process that made it is gone. Never known of other machines. */
  readonly dead: boolean
}

/** What has a temporary name of `path`; nothing where its folder cannot be read. */
export async function leftoversOf(path: string): Promise<Leftover[]> {
  const prefix = `.${basename(path)}.`
  const names = await readdir(dirname(path)).catch(() => [])
  return names.flatMap((name) => {
    const parts = name.startsWith(prefix)
      ? /^([0-9a-f]{8})-(\d+)-[0-9a-f]{12}\.(tmp|old)$/.exec(name.slice(prefix.length))
      : null
    if (!parts) return []
    const [, host, pid, ending] = parts as unknown as [string, string, string, 'tmp' | 'old']
    return [{ path: join(dirname(path), name), ending, dead: host === HOST && isDead(Number(pid)) }]
  })
}

/** Removes temporary files and folders of `path` whose processes are gone. What cannot be removed stays. */
export async function removeLeftovers(path: string): Promise<void> {
  for (const { path: leftover, ending, dead } of await leftoversOf(path))
    if (dead && ending === 'tmp') await rm(leftover, { recursive: true, force: true }).catch(() => {})
}

/** True when no process of this machine has this number. */
export function isDead(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return systemCode(error) === 'ESRCH' // EPERM: alive, but another user's
  }
}

/**
 * Replaces a file as a whole: readers see the old content or the new, also after a crash. The content goes to a
 * temporary file in the same folder, is flushed to the disk and renamed; on failure the temporary file is removed.
 * Others may read the file, not write it.
 *
 * @param path   the file; its folder must exist
 * @param chunks the content, written in order
 * @throws VmmError NOT_FOUND when the folder is missing, BAD_FILE when writing fails
 */
export async function atomicWrite(path: string, chunks: Iterable<Uint8Array | string>): Promise<void> {
  await removeLeftovers(path)
  const temporary = temporaryName(path)
  try {
    const file = await open(temporary, 'wx', FILE_MODE)
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
