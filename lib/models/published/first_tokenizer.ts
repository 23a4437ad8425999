import { VmmError } from '../../core/errors.ts'
import { folderOf } from './find.ts'

/**
 * What `read` makes of the first folder that has a tokenizer: of some folders, then of repositories that were downloaded. Null
 * where none has one.
 *
 * @param read throws NOT_FOUND for a folder without a tokenizer; other errors are thrown on
 */
export async function firstTokenizer<T>(
  folders: readonly string[],
  repositories: readonly string[],
  read: (folder: string) => Promise<T>,
): Promise<T | null> {
  const downloaded = await Promise.all(repositories.map((name) => folderOf(name, undefined)))
  for (const folder of [...folders, ...downloaded]) {
    if (folder === null) continue
    try {
      return await read(folder)
    } catch (error) {
      if (!(error instanceof VmmError && error.code === 'NOT_FOUND')) throw error
    }
  }
  return null
}
