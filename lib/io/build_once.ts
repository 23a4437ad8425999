import { rename, rm } from 'node:fs/promises'
import { cacheError } from './cache_dir.ts'
import { exists, fileError, removeLeftovers, temporaryName } from './files.ts'
import { makePrivateFolder } from './folders.ts'
import { type LockOptions, withFileLock } from './lock.ts'

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
  if (await exists(folder)) return folder
  await withFileLock(
    `${folder}.lock`,
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
