import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileError, systemCode, temporaryName } from './files.ts'

export type LockOptions = {
  /** Ends the waiting; what already runs is not interrupted. */
  readonly signal?: AbortSignal
  /** A lock that its holder has not refreshed for so long is taken over. Milliseconds, default 5 minutes. */
  readonly staleAfter?: number
}

/**
 * Runs `fn` while this process holds a lock file, waiting for other holders first. The file names its holder; it
 * is taken over at once when that process is dead, and after `staleAfter` when it stopped refreshing (another
 * machine, a process number used again). Not reentrant.
 *
 * Lock files save double work. What must hold even after a take-over is to be done by renaming.
 *
 * @param path the lock file; its folder is created
 * @returns what `fn` returns; the lock is released also when it throws
 * @throws VmmError BAD_FILE when the lock file cannot be written; the signal's reason when aborted while waiting
 */
export async function withFileLock<T>(
  path: string,
  fn: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const { signal, staleAfter = 300_000 } = options
  const token = JSON.stringify({ pid: process.pid, host: hostname(), id: randomBytes(8).toString('hex') })
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
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
    return await fn()
  } finally {
    clearInterval(refresh)
    if ((await contentOf(path)) === token) await rm(path, { force: true })
  }
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

async function create(path: string, token: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    try {
      await file.writeFile(token)
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    const code = systemCode(error)
    // Windows answers EPERM while another process removes the file.
    if (code === 'EEXIST' || (code === 'EPERM' && process.platform === 'win32')) return false
    throw fileError(path, 'write', error)
  }
}

/** Removes a lock whose holder is gone. Renaming first makes sure that only one process removes it. */
async function removeStale(path: string, staleAfter: number): Promise<boolean> {
  const content = await contentOf(path)
  if (content === null) return true
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  if (!holderIsDead(content) && age < staleAfter) return false
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

function holderIsDead(content: string): boolean {
  try {
    const { pid, host } = JSON.parse(content) as { pid: unknown; host: unknown }
    return host === hostname() && typeof pid === 'number' && isDead(pid)
  } catch {
    return false // being written just now, or left half-written: its age decides
  }
}

/** What a lock file says; null when there is none. */
async function contentOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null
    throw fileError(path, 'read', error)
  }
}
