import { VmmError } from '../../core/errors.ts'
import { folderOf } from '../../models/published/find.ts'
import type { TrainContext } from '../core/trainable.ts'

/**
 * The folder of a published model that a config names under a key: one beside the config, or the snapshot of a repository that
 * was downloaded.
 *
 * @throws VmmError NOT_FOUND that names the key
 */
export async function publishedFolder(
  key: string,
  name: string,
  { modelFolder }: Pick<TrainContext, 'modelFolder'>,
): Promise<string> {
  try {
    return await modelFolder(key, name)
  } catch (error) {
    const isMissing = error instanceof VmmError && error.code === 'NOT_FOUND'
    const snapshot = isMissing ? await folderOf(name, undefined) : null
    if (snapshot === null) throw error
    return snapshot
  }
}
