import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { MANIFEST_NAME } from '../../bundle/manifest.ts'
import { findBundle } from '../../bundle/resolve.ts'
import { badArgument, describe, VmmError } from '../../core/errors.ts'
import { findSnapshot, snapshotFolder } from '../../hub/cache.ts'
import { isRepository } from '../../hub/identifiers.ts'
import { PUBLISHED_MODELS, repositoryOf } from '../../hub/names.ts'
import { type PullProgress, pullModel } from '../../hub/pull.ts'
import { hubCache } from '../../hub/settings.ts'
import { isFolder } from '../../io/look.ts'
import { NAMED_MODELS } from '../families/index.ts'
import { CONFIG_FILE, MODULES_FILE } from './modules.ts'
import type { LoadEncoderOptions } from './options.ts'

type FindOptions = Pick<LoadEncoderOptions, 'download' | 'revision' | 'signal' | 'onProgress'>

/** What is looked for, for messages. */
export interface Sought {
  readonly kind: string
  /** Names that are known. */
  readonly known: readonly string[]
}

const ENCODER: Sought = {
  kind: 'encoder',
  known: [...Object.keys(NAMED_MODELS), ...PUBLISHED_MODELS.map((model) => model.name)],
}

/**
 * The folder of a model: one that is given, that of an installed package, or the snapshot of a repository.
 *
 * @throws VmmError BAD_ARGUMENT for what is no name, NOT_FOUND that says how to download what is known; what pullModel throws
 */
export async function modelFolder(
  name: string,
  { kind, known }: Sought,
  { download = false, revision, signal, onProgress }: FindOptions,
): Promise<string> {
  if (typeof name !== 'string' || name === '')
    throw badArgument(
      'name',
      describe(name),
      "a model's name, a folder, an installed package or a repository",
    )
  const found = await findBundle(name)
  if (found !== null) return found
  const repository = repositoryOf(name)
  if (repository === null) {
    const message = `${kind} ${describe(name)}: neither a known name (${known.join(', ')}), a folder nor an installed package`
    throw new VmmError('NOT_FOUND', message, { argument: 'name' })
  }
  const there = await snapshotFolder(repository, revision)
  if (there !== null) return there.folder
  if (download) {
    const told = onProgress && {
      onProgress: ({ bytes, total }: PullProgress) => onProgress({ stage: 'download', done: bytes, total }),
    }
    return (await pullModel(repository, { revision, signal, ...told })).folder
  }
  const message = `${kind} ${describe(name)}: ${repository} was not downloaded; \`vmm pull ${name}\` does it, or { download: true }`
  throw new VmmError('NOT_FOUND', message, { argument: 'name' })
}

/** The folder of an encoder; see modelFolder. */
export function encoderFolder(name: string, options: FindOptions): Promise<string> {
  return modelFolder(name, ENCODER, options)
}

/** Whether a folder is as models are published, and no bundle. */
export async function isPublished(folder: string): Promise<boolean> {
  const has = (name: string) =>
    stat(join(folder, name)).then(
      (found) => found.isFile(),
      () => false,
    )
  return !(await has(MANIFEST_NAME)) && ((await has(CONFIG_FILE)) || (await has(MODULES_FILE)))
}

/** A folder, or the snapshot of a repository, be it without files that others have; null where there is neither. */
export async function folderOf(name: string, revision: string | undefined): Promise<string | null> {
  const path = resolve(name)
  if (await isFolder(path)) return path
  if (!isRepository(name)) return null
  return (await findSnapshot(name, revision ?? 'main', hubCache()))?.folder ?? null
}
