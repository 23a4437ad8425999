import { lstat, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { VmmError } from '../core/errors.ts'
import {
  exists,
  fileError,
  leftoversOf,
  removeLeftovers,
  syncFolder,
  systemCode,
  temporaryName,
} from './files.ts'
import { makePrivateFolder } from './folders.ts'

/** How long a folder may be missing while a process that is alive replaces it. Milliseconds. */
const LONGEST_GAP = 500

/**
 * Makes a folder, or replaces it as a whole: it is filled under a temporary name beside it and renamed when it is
 * complete. When filling fails, the old folder stays and nothing is left behind. When the process is killed, the next
 * `replaceFolder` or `healFolder` finds the old folder or the new one, and clears what was left. Only this user may
 * write to it.
 *
 * @param fill fills the empty folder that it is given
 * @throws what `fill` throws; VmmError NOT_FOUND when the parent is missing, BAD_FILE when writing fails
 */
export async function replaceFolder(
  folder: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  await healFolder(folder)
  const temporary = temporaryName(folder)
  try {
    const complete = await makePrivateFolder(temporary)
    await fill(temporary)
    await complete()
    await putInPlace(temporary, folder)
  } catch (error) {
    // Errors of a file in it name the temporary folder.
    const system = error instanceof VmmError && systemCode(error.cause) !== undefined
    throw fileError(folder, 'write', system ? error.cause : error)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/**
 * Sets right what a process has left that was killed while it replaced a folder: where nothing is at its path, the
 * folder that was there is put back, and temporary ones are removed. To be called when a folder is missing that should
 * be there. Does nothing where there is nothing to do or no right to do it.
 */
export async function healFolder(folder: string): Promise<void> {
  const old = (await leftoversOf(folder)).filter(({ ending }) => ending === 'old')
  if (old.length > 0) {
    // A process that is alive is about to put the new one there.
    const end = Date.now() + (old.every(({ dead }) => dead) ? 0 : LONGEST_GAP)
    while (!(await exists(folder)) && Date.now() < end) await sleep(10)
    if (!(await exists(folder))) await putBack(old, folder)
    if (await exists(folder)) for (const { path, dead } of old) if (dead) await discard(path, folder)
  }
  await removeLeftovers(folder)
}

async function putInPlace(temporary: string, folder: string): Promise<void> {
  const old = temporaryName(folder, 'old')
  const replaced = await moveAway(folder, old)
  await rename(temporary, folder).catch(async (error: unknown) => {
    if (replaced) await rename(old, folder).catch(() => {})
    throw error
  })
  await syncFolder(dirname(folder))
  if (replaced) await discard(old, folder)
}

/** Whether there was a folder to move. */
async function moveAway(folder: string, to: string): Promise<boolean> {
  try {
    await rename(folder, to)
    return true
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false
    throw error
  }
}

/** The one that was moved away last. Another process may be faster. */
async function putBack(old: readonly { readonly path: string }[], folder: string): Promise<void> {
  let last = { path: '', ctimeMs: Number.NEGATIVE_INFINITY }
  for (const { path } of old) {
    const found = await lstat(path).catch(() => null)
    if (found && found.ctimeMs > last.ctimeMs) last = { path, ctimeMs: found.ctimeMs }
  }
  if (last.path !== '') await rename(last.path, folder).catch(() => {})
}

/** Removes an old folder, by way of a temporary name: one that is called old is complete, and can be put back. */
async function discard(old: string, folder: string): Promise<void> {
  const temporary = temporaryName(folder)
  const path = await rename(old, temporary).then(
    () => temporary,
    () => old,
  )
  await rm(path, { recursive: true, force: true }).catch(() => {}) // the next call finds it
}
