import { lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { VmmError } from '../../core/errors.ts'
import type { Space } from '../../core/space.ts'
import { atomicWrite, fileError, systemCode } from '../../io/files.ts'
import { parseJson } from '../../io/json.ts'
import { jsonFields } from '../../io/json_fields.ts'
import { readOptionalFile } from '../../io/read.ts'

export const MANIFEST = 'store.json'
export const LOCK_FILE = 'lock'
const FORMAT = 1
const MOST_BYTES = 4096

/** The files of a store are those of one generation; joining them makes the next. */
export interface Manifest {
  readonly generation: number
  /** Tells this manifest from others at its path. */
  readonly version: string
}

export function logPath(folder: string, generation: number): string {
  return join(folder, `log-${generation}`)
}

export function vectorsPath(folder: string, generation: number, space: Space): string {
  return join(folder, `vectors-${generation}-${space}.f32`)
}

/** Names of files of other generations, which a process that was killed has left, or will still read. */
export async function otherFiles(folder: string, generation: number): Promise<string[]> {
  const names = await readdir(folder)
  return names.filter((name) => {
    const parts = /^(?:log|vectors)-(\d+)(?:-|$)/.exec(name)
    return parts !== null && Number(parts[1]) !== generation
  })
}

/** What tells whether the manifest has been replaced; null where there is none. */
export async function manifestVersion(folder: string): Promise<string | null> {
  const path = join(folder, MANIFEST)
  const found = await stat(path, { bigint: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return null
    throw fileError(path, 'read', error)
  })
  return found && `${found.ino}-${found.mtimeNs}`
}

/** The manifest of a store; null where the folder is missing or empty. Throws VmmError BAD_FILE where it is no store. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const path = join(folder, MANIFEST)
  const there = await lstat(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return null
    throw fileError(folder, 'read', error)
  })
  const version = await manifestVersion(folder)
  const bytes = version === null ? null : await readOptionalFile(path, MOST_BYTES)
  if (version !== null && bytes !== null) {
    const fields = jsonFields(path, parseJson(bytes.toString(), path))
    const format = fields.count('format')
    if (format !== FORMAT)
      throw new VmmError(
        'UNSUPPORTED',
        `${path}: a store of format ${format}; this version reads format ${FORMAT}`,
      )
    return { generation: fields.count('generation'), version }
  }
  const names = there === null ? [] : await readdir(folder)
  const begun = (name: string) => name === LOCK_FILE || name === 'log-0' || name.startsWith('.')
  if (!names.every(begun))
    throw new VmmError('BAD_FILE', `${folder}: no store of concepts, and not empty: it has no ${MANIFEST}`)
  return null
}

/** Makes a generation the one that counts, once its files are on the disk. */
export async function writeManifest(folder: string, generation: number): Promise<void> {
  await atomicWrite(join(folder, MANIFEST), [`${JSON.stringify({ format: FORMAT, generation })}\n`])
}
