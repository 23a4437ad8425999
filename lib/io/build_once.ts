import { access, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileError, syncFolder, temporaryName } from './files.ts'
import { isDead, type LockOptions, withFileLock } from './lock.ts'

/**
 * Returns a folder that is built when it is missing. It is built under a temporary name and renamed, so that it
 * exists only when complete. Processes that ask at the same time wait for one of them; should two build all the
 * same, the first to finish wins and the other uses that folder.
 *
 * @param folder the finished folder; its parents are created
 * @param build  fills the empty folder it is given
 * @returns `folder`
 * @throws what `build` throws (nothing is left behind); VmmError when folders cannot be made; the signal's reason
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
        await makeFolder(temporary)
        await build(temporary)
        await syncFolder(temporary)
        await rename(temporary, folder).catch(async (error: unknown) => {
          if (!(await exists(folder))) throw fileError(folder, 'write', error)
        })
      } finally {
        await rm(temporary, { recursive: true, force: true })
      }
    },
    options,
  )
  return folder
}

function makeFolder(path: string): Promise<void> {
  return mkdir(path).catch((error: unknown) => {
    throw fileError(path, 'write', error)
  })
}

/** Removes temporary folders of builds that were killed. */
async function removeLeftovers(folder: string): Promise<void> {
  const prefix = `.${basename(folder)}.`
  for (const name of await readdir(dirname(folder))) {
    const pid = name.startsWith(prefix)
      ? /^(\d+)-[0-9a-f]+\.tmp$/.exec(name.slice(prefix.length))?.[1]
      : undefined
    if (pid !== undefined && isDead(Number(pid)))
      await rm(join(dirname(folder), name), { recursive: true, force: true })
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
