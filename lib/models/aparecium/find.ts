import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { MANIFEST_NAME } from '../../bundle/manifest.ts'
import { VmmError } from '../../core/errors.ts'
import { fileError } from '../../io/files.ts'
import { isFile, isFolder } from '../../io/look.ts'

/** What its trainers call the file of the surrogate. */
export const SURROGATE_FILE = 'r_best.pt'

const CHECKPOINT = /\.(pt|pth)$/

/**
 * The file of a checkpoint of torch.save that a name stands for: that file, or the only one of a folder beside the
 * surrogate's; null for anything else, bundles among them.
 *
 * @throws VmmError NOT_FOUND for a folder with several; BAD_FILE for what cannot be looked at
 */
export async function findAparecium(name: unknown): Promise<string | null> {
  if (typeof name !== 'string' || name === '') return null
  const path = resolve(name)
  if (CHECKPOINT.test(path) && (await isFile(path))) return path
  if (!(await isFolder(path)) || (await isFile(join(path, MANIFEST_NAME)))) return null
  const names = await readdir(path).catch((error: unknown) => {
    throw fileError(path, 'read', error)
  })
  const [only, ...more] = names.filter((file) => CHECKPOINT.test(file) && file !== SURROGATE_FILE).sort()
  if (more.length > 0)
    throw new VmmError('NOT_FOUND', `${path}: several checkpoints; name one of ${[only, ...more].join(', ')}`)
  return only === undefined ? null : join(path, only)
}
