import { randomBytes } from 'node:crypto'
import { link, lstat, mkdir, open, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { VmmError } from '../core/errors.ts'
import {
  exists,
  FILE_MODE,
  FOLDER_MODE,
  fileError,
  isDead,
  removeLeftovers,
  systemCode,
  temporaryName,
} from './files.ts'
import { readSmallFile } from './read.ts'

export type LockOptions = {
  /** Ends the waiting; what already runs is not interrupted. */
  readonly signal?: AbortSignal
  /** A lock that its holder has not refreshed for so long is taken over. Milliseconds, default 5 minutes. */
  readonly staleAfter?: number
}

/** Far more than a lock file says. */
const MOST_BYTES = 4096
/** What file systems without links say. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']
/** A lock whose holder cannot be read is being written. Nobody writes so long. Milliseconds. */
const LONGEST_WRITE = 10_000

/**
 * Runs `fn` while this process holds a lock file, waiting for other holders first. The file names its holder; it
 * is taken over at once when that process is dead, and after `staleAfter` when it stopped refreshing (another
 * machine, a process number used again). Not reentrant.
 *
 * Lock files save double work. What must hold even after a take-over is to be done by renaming.
 *
 * @param path the lock file; its folder is created
 * @returns what `fn` returns; the lock is released also when it throws
 * @throws VmmError BAD_FILE when the lock file cannot be written, or when something else is at its path; the signal's
 *   reason when aborted while waiting
 */
export async function withFileLock<T>(
  path: string,
  fn: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const { signal, staleAfter = 300_000 } = options
  const token = JSON.stringify({ pid: process.pid, host: hostname(), id: randomBytes(8).toString('hex') })
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE }).catch((error: unknown) => {
    throw fileError(path, 'write', error)
  })
  for (let wait = 10; !(await create(path, token)); wait = Math.min(2 * wait, 500)) {
    signal?.throwIfAborted()
    if (await removeStale(path, staleAfter)) continue
    await sleep(wait, undefined, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted())
  }
  const refresh = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => {}) // taken over: nothing to refresh
  }, staleAfter / 5)
  refresh.unref()
  try {
    await removeLeftovers(path)
    return await fn()
  } finally {
    clearInterval(refresh)
    if ((await contentOf(path)) === token) await rm(path, { force: true })
  }
}

/** Whether the lock is ours now. It appears with its content, where the file system has links. */
async function create(path: string, token: string): Promise<boolean> {
  if (await exists(path)) return false
  const temporary = temporaryName(path)
  try {
    await writeFile(temporary, token, { flag: 'wx', mode: FILE_MODE })
    return (await taken(() => link(temporary, path).then(() => true))) ?? false
  } catch (error) {
    if (!NO_LINKS.includes(systemCode(error) ?? '')) throw fileError(path, 'write', error)
    return await createDirectly(path, token)
  } finally {
    await rm(temporary, { force: true })
  }
}

async function createDirectly(path: string, token: string): Promise<boolean> {
  try {
    const file = await taken(() => open(path, 'wx', FILE_MODE))
    if (file === null) return false
    try {
      await file.writeFile(token)
    } catch (error) {
      await rm(path, { force: true }) // half-written on a full disk, it would lock out everyone
      throw error
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    throw fileError(path, 'write', error)
  }
}

/** Null when the path was taken before. */
async function taken<T>(take: () => Promise<T>): Promise<T | null> {
  try {
    return await take()
  } catch (error) {
    const code = systemCode(error)
    // Windows answers EPERM while another process removes the file.
    if (code === 'EEXIST' || (code === 'EPERM' && process.platform === 'win32')) return null
    throw error
  }
}

/** Removes a lock whose holder is gone. Renaming first makes sure that only one process removes it. */
async function removeStale(path: string, staleAfter: number): Promise<boolean> {
  const content = await contentOf(path)
  if (content === null) return true
  const age = await lstat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  const holder = holderOf(content)
  const limit = holder === 'unknown' ? Math.min(staleAfter, LONGEST_WRITE) : staleAfter
  if (holder !== 'dead' && age < limit) return false
  const aside = temporaryName(path)
  try {
    await rename(path, aside)
  } catch {
    return false // another process was faster, or holds the file open
  }
  const removed = await contentOf(aside)
  if (removed !== content && removed !== null) await create(path, removed) // a new holder's lock: put it back
  await rm(aside, { force: true })
  return true
}

function holderOf(content: string): 'dead' | 'alive' | 'unknown' {
  try {
    const { pid, host } = JSON.parse(content) as { pid: unknown; host: unknown }
    return host === hostname() && typeof pid === 'number' && isDead(pid) ? 'dead' : 'alive'
  } catch {
    return 'unknown' // being written just now, or left half-written: its age decides
  }
}

/** What a lock file says; null when there is none. */
async function contentOf(path: string): Promise<string | null> {
  try {
    // Also of a link, which may lead nowhere and yet be in the way.
    if (!(await lstat(path)).isFile())
      throw new VmmError('BAD_FILE', `${path}: it is no lock file, but in the place of one: remove it`)
    return (await readSmallFile(path, MOST_BYTES)).toString()
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || (error instanceof VmmError && error.code === 'NOT_FOUND'))
      return null
    throw fileError(path, 'read', error)
  }
}
