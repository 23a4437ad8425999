import { stat } from 'node:fs/promises'
import { fileError, systemCode } from './files.ts'

/** Whether there is a file, also through a link. Throws VmmError BAD_FILE for a path that cannot be looked at. */
export async function isFile(path: string): Promise<boolean> {
  return (await lookAt(path))?.isFile() ?? false
}

/** Whether there is a folder. Throws likewise. */
export async function isFolder(path: string): Promise<boolean> {
  return (await lookAt(path))?.isDirectory() ?? false
}

async function lookAt(path: string) {
  return stat(path).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return null
    throw fileError(path, 'read', error)
  })
}
