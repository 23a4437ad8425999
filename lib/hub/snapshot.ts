import { copyFile, mkdir, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { atomicWrite, FOLDER_MODE, fileError, systemCode } from '../io/files.ts'
import { readSmallFile } from '../io/read.ts'

/** What a file system says, or a user's rights, where there can be no symbolic links. */
const NO_LINKS = ['EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']

/** Whether a file is there, also through a link, with so many bytes. */
export async function hasBytes(path: string, bytes: number): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile() && found.size === bytes,
    () => false,
  )
}

/** Makes a folder and those above it. Throws VmmError BAD_FILE. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: FOLDER_MODE }).catch((error: unknown) => {
    throw fileError(path, 'write', error)
  })
}

/**
 * Puts a blob into a snapshot: by a relative link, or as a copy where the system has none. What is there is replaced.
 *
 * @throws VmmError BAD_FILE
 */
export async function linkBlob(blob: string, pointer: string): Promise<void> {
  await makeFolder(dirname(pointer))
  try {
    await rm(pointer, { force: true })
    await symlink(relative(dirname(pointer), blob), pointer)
  } catch (error) {
    if (!NO_LINKS.includes(systemCode(error) ?? '')) throw fileError(pointer, 'write', error)
    await copyFile(blob, pointer).catch((cause: unknown) => {
      throw fileError(pointer, 'write', cause)
    })
  }
}

/** Writes down which commit a branch or a tag is, unless that is known. Throws VmmError BAD_FILE. */
export async function writeRef(repositoryFolder: string, revision: string, commit: string): Promise<void> {
  const path = join(repositoryFolder, 'refs', revision)
  const before = await readSmallFile(path, 2 * commit.length).catch(() => null)
  if (before?.toString() === commit) return
  await makeFolder(dirname(path))
  await atomicWrite(path, [commit])
}
