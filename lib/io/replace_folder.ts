import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { VmmError } from '../core/errors.ts'
import { fileError, syncFolder, systemCode, temporaryName } from './files.ts'

/**
 * Makes a folder, or replaces it as a whole: it is filled under a temporary name beside it and renamed when it is
 * complete. When filling fails, the old folder stays and nothing is left behind.
 *
 * @param fill fills the empty folder that it is given
 * @throws what `fill` throws; VmmError NOT_FOUND when the parent is missing, BAD_FILE when writing fails
 */
export async function replaceFolder(
  folder: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryName(folder)
  const old = temporaryName(folder)
  try {
    await mkdir(temporary)
    await fill(temporary)
    await syncFolder(temporary)
    await moveAway(folder, old)
    await rename(temporary, folder).catch(async (error: unknown) => {
      await rename(old, folder).catch(() => {})
      throw error
    })
    await rm(old, { recursive: true, force: true })
    await syncFolder(dirname(folder))
  } catch (error) {
    // Errors of a file in it name the temporary folder.
    const system = error instanceof VmmError && systemCode(error.cause) !== undefined
    throw fileError(folder, 'write', system ? error.cause : error)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function moveAway(folder: string, to: string): Promise<void> {
  await rename(folder, to).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error
  })
}
