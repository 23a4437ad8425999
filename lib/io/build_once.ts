import { mkdir, rename, rm } from 'node:fs/promises'
import { cacheError } from './cache_dir.ts'
import { exists, fileError, removeLeftovers, temporaryName } from './files.ts'
import { makePrivateFolder } from './folders.ts'
import { type LockOptions, removeDeadLock, withFileLock } from './lock.ts'

/**
 * Returns a folder that is built when it is missing. It is built under a temporary name and renamed, so that it
 * exists only when complete. Processes that ask at the same time wait for one of them; should two build all the
 * same, the first to finish wins and the other uses that folder. Only this user may write to it. Where it is there
 * already, nothing is written.
 *
 * @param folder the finished folder, in the cache directory; its parents are created
 * @param build  fills the empty folder it is given
 * @returns `folder`
 * @throws what `build` throws (nothing is left behind); VmmError when folders cannot be made, naming VMM_CACHE_DIR; the signal's reason
 */
export async function buildOnce(
  folder: string,
  build: (temporary: string) => Promise<void>,
  options: LockOptions = {},
): Promise<string> {
  const lock = `${folder}.lock`
  if (await exists(folder)) {
    // Its builder may have been killed right after it was done.
    await removeLeftovers(folder)
    await removeDeadLock(lock, options)
    return folder
  }
  await withFileLock(
    lock,
    async () => {
      if (await exists(folder)) return
      await removeLeftovers(folder)
      const temporary = temporaryName(folder)
      try {
        const complete = await makePrivateFolder(temporary)
        await build(temporary)
        await complete()
        await rename(temporary, folder).catch(async (error: unknown) => {
          if (!(await exists(folder))) throw fileError(folder, 'write', error)
        })
      } finally {
        await rm(temporary, { recursive: true, force: true })
      }
    },
    options,
  ).catch((error: unknown) => {
    throw cacheError(folder, error)
  })
  return folder
}

/**
 * The same for what takes long: `build` also gets a folder for parts that are done, which need not be made again. They
 * stay when it is cancelled or killed; when it succeeds or fails they are removed.
 *
 * @param build fills the empty folder `temporary`
 * @throws as buildOnce does
 */
export async function buildInParts(
  folder: string,
  build: (temporary: string, parts: string) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const parts = `${folder}.parts`
  // A cache that can only be read serves as well.
  const removeParts = () => rm(parts, { recursive: true, force: true }).catch(() => {})
  await buildOnce(
    folder,
    async (temporary) => {
      try {
        await mkdir(parts, { recursive: true }).catch((error: unknown) => {
          throw fileError(parts, 'write', error)
        })
        await build(temporary, parts)
      } catch (error) {
        if (!signal?.aborted) await removeParts()
        throw error
      }
    },
    { signal },
  )
  await removeParts()
  return folder
}
