import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileError, removeLeftovers, systemCode, temporaryName } from '../../io/files.ts'

/** Weights that published models are mapped from, and that are made again where they are missing. */
export interface KeptWeights {
  /** Where they are, in the cache directory. */
  readonly folder: string
  /** How many: a model has some for each way in which it was kept. */
  readonly count: number
  readonly bytes: number
}

/** What preparing calls a folder, and what it calls one that is not complete. */
const NAME = /^[0-9a-f]{64}$/
const LEFTOVER = /^\.([0-9a-f]{64})\./

/** What is kept of published models' weights in a cache directory. Throws VmmError BAD_FILE where it cannot be read. */
export async function keptWeights(cacheDir: string): Promise<KeptWeights> {
  const folder = join(cacheDir, 'weights')
  const names = (await namesIn(folder)).filter((name) => NAME.test(name))
  const sizes = await Promise.all(names.map((name) => bytesIn(join(folder, name))))
  return { folder, count: names.length, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) }
}

/**
 * Deletes it, and gives what it was. Each is taken away at once, so that nobody finds a part of one; models that have mapped
 * theirs keep it until they are disposed.
 *
 * @throws VmmError BAD_FILE for what cannot be read or deleted
 */
export async function clearKeptWeights(cacheDir: string): Promise<KeptWeights> {
  const kept = await keptWeights(cacheDir)
  for (const name of await namesIn(kept.folder)) {
    const begun = LEFTOVER.exec(name)?.[1]
    if (begun !== undefined) await removeLeftovers(join(kept.folder, begun))
    if (!NAME.test(name)) continue
    const path = join(kept.folder, name)
    const removed = temporaryName(path)
    try {
      await rename(path, removed)
      await rm(removed, { recursive: true })
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw fileError(path, 'write', error)
    }
  }
  return kept
}

/** What is in a folder; nothing where it is missing. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw fileError(folder, 'read', error)
  }
}

/** Of the files in a folder; those that have just gone have none. */
async function bytesIn(folder: string): Promise<number> {
  let bytes = 0
  for (const name of await namesIn(folder))
    bytes += await stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    )
  return bytes
}
