import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FILE_MODE, FOLDER_MODE, fileError, removeLeftovers, systemCode, temporaryName } from './files.ts'
import { readSmallFile } from './read.ts'

/** Files of a cache, each named by a hash of what it was made of. Processes can share them. */
export interface ContentFiles {
  /** Null where there is none, or it is larger or cannot be read. */
  read(name: string, mostBytes: number): Promise<Buffer | null>
  /** Writes one as a whole. Throws VmmError BAD_FILE where it cannot be written. */
  write(name: string, bytes: Uint8Array | string): Promise<void>
}

/**
 * The files of a folder, which is made. They lie in folders below it that the first two characters of their names name.
 *
 * @throws VmmError BAD_FILE where the folder cannot be made
 */
export async function openContentFiles(folder: string): Promise<ContentFiles> {
  // Temporary files have their name from here, whatever they become: one look finds all that were left.
  const unfinished = join(folder, 'unfinished')
  try {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE })
  } catch (error) {
    throw fileError(folder, 'write', error)
  }
  await removeLeftovers(unfinished)
  const pathOf = (name: string) => join(folder, name.slice(0, 2), name)
  return {
    read: (name, mostBytes) => readSmallFile(pathOf(name), mostBytes).catch(() => null),
    write: async (name, bytes) => {
      const path = pathOf(name)
      const temporary = temporaryName(unfinished)
      try {
        await writeFile(temporary, bytes, { flag: 'wx', mode: FILE_MODE })
        await rename(temporary, path).catch(async (error: unknown) => {
          if (systemCode(error) !== 'ENOENT') throw error
          await mkdir(join(path, '..'), { recursive: true, mode: FOLDER_MODE })
          await rename(temporary, path)
        })
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => {})
        throw fileError(path, 'write', error)
      }
    },
  }
}
