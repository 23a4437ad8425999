import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackendTools, Space, SpaceModel } from 'vector-mamba'

const NAME = 'lance.json'
export const LOCK = 'lock'
const FORMAT = 1

/** A space of a store. */
export interface ManifestSpace {
  readonly name: Space
  readonly dims: number
  readonly model: SpaceModel | null
  /** What keepConceptMap was given. */
  readonly map?: string
}

/**
 * What a store is at one moment: a version of each table. Writers write new versions, of one table after another, and then
 * replace this; so readers see all of a write or nothing, and what a killed process has left counts for nothing.
 */
export interface Manifest {
  /** Versions by the names of tables; those that are missing have no rows yet. */
  readonly tables: Readonly<Record<string, number>>
  readonly spaces: readonly ManifestSpace[]
  /** Rows that tables had when the indexes of their vectors were built. */
  readonly trained: Readonly<Record<string, number>>
  /** Writes since the tables' files were last joined. */
  readonly writes: number
  /** When old versions were last freed: milliseconds since 1970. */
  readonly freed: number
}

/** A new store. */
export const EMPTY: Manifest = { tables: {}, spaces: [], trained: {}, writes: 0, freed: 0 }

/** The text of a folder's manifest, which another one differs from; null where the folder is missing or empty. */
export async function manifestText(folder: string, { VmmError }: BackendTools): Promise<string | null> {
  const path = join(folder, NAME)
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    if (!missing)
      throw new VmmError('BAD_FILE', `${path}: cannot read: ${(cause as Error).message}`, { cause })
  }
  const there = await lstat(folder).catch(() => null)
  const names = there === null ? [] : await readdir(folder)
  // Its makers may have been killed, or are at work.
  const begun = (name: string) => name === LOCK || name.startsWith('.') || name.startsWith('__')
  if (names.every(begun)) return null
  throw new VmmError('BAD_FILE', `${folder}: no store in LanceDB, and not empty: it has no ${NAME}`)
}

/** What a text says. Throws BAD_FILE for what is no manifest, UNSUPPORTED for one of another format. */
export function manifestOf(text: string, folder: string, { VmmError }: BackendTools): Manifest {
  const path = join(folder, NAME)
  const damaged = (what: string, cause?: unknown) =>
    new VmmError('BAD_FILE', `${path}: a damaged store: ${what}`, { cause })
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch (cause) {
    throw damaged('not JSON', cause)
  }
  if (!isObject(found)) throw damaged('no object')
  const { format, tables, spaces, trained, writes, freed } = found
  if (isCount(format) && format !== FORMAT)
    throw new VmmError(
      'UNSUPPORTED',
      `${path}: a store of format ${format}; this version reads format ${FORMAT}`,
    )
  if (format !== FORMAT) throw damaged('format')
  if (!isCounts(tables)) throw damaged('tables')
  if (!Array.isArray(spaces) || !spaces.every(isSpaceEntry)) throw damaged('spaces')
  if (!isCounts(trained)) throw damaged('trained')
  if (!isCount(writes)) throw damaged('writes')
  if (!isCount(freed)) throw damaged('freed')
  return { tables, spaces, trained, writes, freed }
}

/** Makes a manifest the one that counts. */
export function writeManifest(folder: string, manifest: Manifest, tools: BackendTools): Promise<void> {
  return tools.replaceFile(join(folder, NAME), `${JSON.stringify({ format: FORMAT, ...manifest })}\n`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isCounts(value: unknown): value is Record<string, number> {
  return isObject(value) && Object.values(value).every(isCount)
}

function isSpaceEntry(value: unknown): value is ManifestSpace {
  if (!isObject(value)) return false
  const { name, dims, model, map } = value
  const isModel = model === null || (isObject(model) && typeof model.name === 'string')
  const isMap = map === undefined || typeof map === 'string'
  return typeof name === 'string' && isCount(dims) && dims > 0 && isModel && isMap
}
