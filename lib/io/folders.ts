import { chmod, mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FOLDER_MODE, fileError, syncFolder } from './files.ts'

const MODE_BITS = 0o7777
const OTHERS = 0o077
const OTHERS_WRITE = 0o022

/**
 * Makes a folder that only this user can look into while it is filled.
 *
 * @returns gives others what the umask leaves them, reading at most, of the folder and all that is in it, and flushes
 *   the folder to the disk; called when it is complete
 * @throws VmmError NOT_FOUND when the parent is missing, BAD_FILE
 */
export async function makePrivateFolder(path: string): Promise<() => Promise<void>> {
  let mode: number
  try {
    await mkdir(path, FOLDER_MODE)
    mode = (await stat(path)).mode & MODE_BITS // less the umask
    await chmod(path, mode & ~OTHERS)
  } catch (error) {
    throw fileError(path, 'write', error)
  }
  return async () => {
    await keepOthersFromWriting(path)
    await syncFolder(path)
    await chmod(path, mode)
  }
}

async function keepOthersFromWriting(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const path = join(folder, entry.name)
    const { mode } = await stat(path)
    if (mode & OTHERS_WRITE) await chmod(path, mode & MODE_BITS & ~OTHERS_WRITE)
    if (entry.isDirectory()) await keepOthersFromWriting(path)
  }
}
