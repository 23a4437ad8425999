import { readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { MANIFEST_NAME } from '../../bundle/manifest.ts'
import { VmmError } from '../../core/errors.ts'
import { findSnapshot } from '../../hub/cache.ts'
import { isRepository } from '../../hub/identifiers.ts'
import { hubCache } from '../../hub/settings.ts'
import { fileError } from '../../io/files.ts'
import { isFile, isFolder } from '../../io/look.ts'

/** What its trainers call the file of the surrogate. */
export const SURROGATE_FILE = 'r_best.pt'

const CHECKPOINT = /\.(pt|pth)$/

/** Where GPT-2's tokenizer is published. */
const GPT2 = 'openai-community/gpt2'
const TOKENIZERS = ['tokenizer.json', 'vocab.json']

/**
 * The file of a checkpoint of torch.save that a name stands for: that file, or the only one of a folder, or of the snapshot of a
 * repository that was downloaded, beside the surrogate's; null for anything else, bundles among them.
 *
 * @throws VmmError NOT_FOUND for a folder with several; BAD_FILE for what cannot be looked at
 */
export async function findAparecium(name: unknown): Promise<string | null> {
  if (typeof name !== 'string' || name === '') return null
  const path = resolve(name)
  if (CHECKPOINT.test(path) && (await isFile(path))) return path
  const folder = (await isFolder(path)) ? path : await snapshotOf(name)
  if (folder === null || (await isFile(join(folder, MANIFEST_NAME)))) return null
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileError(folder, 'read', error)
  })
  const [only, ...more] = names.filter((file) => CHECKPOINT.test(file) && file !== SURROGATE_FILE).sort()
  if (more.length > 0)
    throw new VmmError(
      'NOT_FOUND',
      `${folder}: several checkpoints; name one of ${[only, ...more].join(', ')}`,
    )
  return only === undefined ? null : join(folder, only)
}

/** The folder of GPT-2's tokenizer: that of a checkpoint, or the hub's where the checkpoint has none beside it. */
export async function tokenizerFolder(checkpoint: string): Promise<string> {
  const own = dirname(checkpoint)
  for (const name of TOKENIZERS) if (await isFile(join(own, name))) return own
  return (await snapshotOf(GPT2)) ?? own
}

/** The snapshot of a repository in the hub's cache; null for what is none, or is not there. */
async function snapshotOf(repository: string): Promise<string | null> {
  if (!isRepository(repository)) return null
  return (await findSnapshot(repository, 'main', hubCache()))?.folder ?? null
}
