import { randomBytes } from 'node:crypto'
import { link, lstat, mkdir, open, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname } from 'node:path'
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
import { readOptionalFile } from './read.ts'

export interface LockOptions {
  /** Ends the waiting; what already runs is not interrupted. */
  readonly signal?: AbortSignal | undefined
  /** A lock that its holder has not refreshed for so long is taken over. Milliseconds, default 5 minutes. */
  readonly staleAfter?: number | undefined
  /** false: a lock that somebody holds is refused at once. Default true. */
  readonly wait?: boolean | undefined
}

/** A lock file that this process holds. Disposing it removes the file. */
export interface FileLock extends AsyncDisposable {
  /** Throws VmmError IN_USE where the lock was taken over: this process had stopped for so long that it passed for dead. */
  check(): Promise<void>
}

const STALE_AFTER = 300_000
/** Far more than a lock file says. */
const MOST_BYTES = 4096
/** What file systems without links say. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']
/** Milliseconds that a lock may be empty or half-written: its writer is at work, or it has failed. */
const WRITING = 2000

/**
 * Takes a lock file, waiting for other holders first. The file names its holder; it is taken over at once when that
 * process is dead, and after `staleAfter` when it stopped refreshing (another machine, a process number used again).
 * A file that names nobody, as a full disk leaves it, is taken over after two seconds. Not reentrant.
 *
 * Lock files save double work. What must hold even after a take-over is to be done by renaming, or after `check`.
 *
 * @param path the lock file; its folder is created
 * @throws VmmError BAD_FILE when the lock file cannot be written, or is a folder, a link or anything else that is no
 *   file; with `wait: false` IN_USE naming the folder, and process number and host of the holder; the signal's reason
 *   when aborted while waiting
 */
export async function lockFile(path: string, options: LockOptions = {}): Promise<FileLock> {
  const { signal, staleAfter = STALE_AFTER, wait = true } = options
  const token = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    start: await startOf(process.pid),
    id: randomBytes(8).toString('hex'),
  })
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE }).catch((error: unknown) => {
    throw fileError(path, 'write', error)
  })
  for (let pause = 10; !(await create(path, token)); pause = Math.min(2 * pause, 500)) {
    signal?.throwIfAborted()
    const found = await inspect(path, staleAfter)
    if (found?.stale && (await removeStale(path, found.content))) continue
    if (found?.holder && !found.stale && !wait) throw inUse(path, found.holder)
    await sleep(pause, undefined, signal === undefined ? {} : { signal }).catch(() =>
      signal?.throwIfAborted(),
    )
  }
  await removeLeftovers(path).catch(async (error: unknown) => {
    await rm(path, { force: true })
    throw error
  })
  const refresh = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => {}) // taken over: nothing to refresh
  }, staleAfter / 5)
  refresh.unref()
  return {
    check: async () => {
      const content = await contentOf(path)
      // One that somebody has deleted is made again.
      if (content === token || (content === null && (await create(path, token)))) return
      throw inUse(path, holderOf(content ?? ''))
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(refresh)
      if ((await contentOf(path)) === token) await rm(path, { force: true })
    },
  }
}

/**
 * Runs `fn` while this process holds a lock file; see lockFile, which throws likewise.
 *
 * @returns what `fn` returns; the lock is released also when it throws
 */
export async function withFileLock<T>(
  path: string,
  fn: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  await using _lock = await lockFile(path, options)
  return await fn()
}

/** Removes a lock file whose holder is gone, and what was left beside it, where there is a right to do so. */
export async function removeDeadLock(
  path: string,
  { staleAfter = STALE_AFTER }: LockOptions = {},
): Promise<void> {
  await removeLeftovers(path)
  const found = await inspect(path, staleAfter).catch(() => null)
  if (found?.stale) await removeStale(path, found.content).catch(() => {})
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

interface Found {
  readonly content: string
  /** null where the content names nobody. */
  readonly holder: Holder | null
  readonly stale: boolean
}

/** What is at the path of a lock; null when there is nothing any more. */
async function inspect(path: string, staleAfter: number): Promise<Found | null> {
  const found = await lstat(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return null
    throw fileError(path, 'read', error)
  })
  if (!found) return null
  if (!found.isFile()) {
    const what = found.isDirectory() ? 'a folder' : found.isSymbolicLink() ? 'a symbolic link' : 'no file'
    throw new VmmError('BAD_FILE', `${path}: ${what}, where a lock file should be`)
  }
  const content = await contentOf(path)
  if (content === null) return null
  const age = Date.now() - found.mtimeMs
  const holder = holderOf(content)
  if (!holder) return { content, holder, stale: Math.abs(age) >= WRITING }
  return { content, holder, stale: age >= staleAfter || (await holderIsDead(holder)) }
}

/** Removes a lock whose holder is gone. Renaming first makes sure that only one process removes it. */
async function removeStale(path: string, content: string): Promise<boolean> {
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

/** Whom the content of a lock names. */
interface Holder {
  readonly pid: number
  readonly host: string
  /** See startOf; missing where the system does not tell. */
  readonly start?: string
}

function holderOf(content: string): Holder | null {
  try {
    const { pid, host, start } = JSON.parse(content) as Record<string, unknown>
    if (typeof pid !== 'number' || typeof host !== 'string') return null
    return { pid, host, ...(typeof start === 'string' ? { start } : {}) }
  } catch {
    return null
  }
}

async function holderIsDead({ pid, host, start }: Holder): Promise<boolean> {
  if (host !== hostname()) return false
  if (isDead(pid)) return true
  const now = start === undefined ? undefined : await startOf(pid)
  return now !== undefined && now !== start // its number is another process's now
}

/** When a process began, in the kernel's own ticks; undefined where /proc does not tell. */
async function startOf(pid: number): Promise<string | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19]
}

function inUse(path: string, holder: Holder | null): VmmError {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process'
  const says = `as its ${basename(path)} says; delete that file if the process is gone`
  return new VmmError('IN_USE', `${dirname(path)}: in use by ${who}, ${says}`)
}

/** What a lock file says; null when there is none. */
async function contentOf(path: string): Promise<string | null> {
  return (await readOptionalFile(path, MOST_BYTES))?.toString() ?? null
}
