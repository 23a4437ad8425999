import { readdir, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { parseJson } from '../io/json.ts'
import { isFile, isFolder } from '../io/look.ts'
import { readSmallFile } from '../io/read.ts'
import { chooseFiles } from './choose.ts'
import { checkRepository, checkRevision, isCommit } from './identifiers.ts'
import { hubCache } from './settings.ts'

/** A snapshot of a repository that is in the cache. */
export interface Snapshot {
  readonly folder: string
  /** 40 hex digits. */
  readonly commit: string
}

/** A file of a snapshot. */
export interface SnapshotFile {
  readonly path: string
  readonly bytes: number
}

const MOST_REF_BYTES = 100
/** Of the JSON files that say what else belongs to a model, and of Python's lists of what a repository has. */
const MOST_BYTES = 1 << 25
/** Folders in folders: no model's files lie deeper. */
const DEEPEST = 4

/** Where a repository is kept below the cache folder. */
export function repositoryFolder(cacheDir: string, repository: string): string {
  return join(cacheDir, `models--${repository.replace('/', '--')}`)
}

/**
 * Finds a snapshot that has all files of a model, as `pullModel` and Python's huggingface_hub leave them. Nothing is
 * fetched or written.
 *
 * @param repository `owner/name`
 * @param revision a branch, a tag or a commit
 * @param cacheDir default: `hubCache()`
 * @returns null where there is none, or parts are missing
 * @throws VmmError BAD_ARGUMENT for what can be no repository or revision; BAD_FILE where the cache cannot be read
 */
export async function snapshotFolder(
  repository: string,
  revision = 'main',
  cacheDir: string = hubCache(),
): Promise<Snapshot | null> {
  const snapshot = await findSnapshot(repository, revision, cacheDir)
  return snapshot !== null && (await modelFiles(snapshot, cacheDir, repository)) !== null ? snapshot : null
}

/** A snapshot, be it without some files; null where there is none. Throws as snapshotFolder does. */
export async function findSnapshot(
  repository: string,
  revision: string,
  cacheDir: string,
): Promise<Snapshot | null> {
  checkRepository(repository)
  checkRevision(revision)
  const own = repositoryFolder(cacheDir, repository)
  const commit = isCommit(revision) ? revision : await textOf(join(own, 'refs', revision), MOST_REF_BYTES)
  if (commit === null || !isCommit(commit.trim())) return null
  const folder = join(own, 'snapshots', commit.trim())
  return (await isFolder(folder)) ? { folder, commit: commit.trim() } : null
}

/** The files of a model in its snapshot; null where some are missing. */
export async function modelFiles(
  { folder, commit }: Snapshot,
  cacheDir: string,
  repository: string,
): Promise<SnapshotFile[] | null> {
  const there = new Map((await snapshotFiles(folder)).map((file) => [file.path, file]))
  // Python may have written down all that the repository has.
  const listed = await listedFiles(join(repositoryFolder(cacheDir, repository), 'trees', `${commit}.json`))
  try {
    const read = async (path: string) => (await readSmallFile(join(folder, path), MOST_BYTES)).toString()
    const wanted = await chooseFiles(listed ?? [...there.keys()], read, repository)
    return wanted.every((path) => there.has(path)) ? wanted.map((path) => there.get(path)!) : null
  } catch {
    return null
  }
}

/** Every file of a folder that can be read, also through links; none where there is no folder. */
export async function snapshotFiles(folder: string, under = ''): Promise<SnapshotFile[]> {
  if (under.split('/').length > DEEPEST) return []
  const files: SnapshotFile[] = []
  for (const name of await readdir(join(folder, under)).catch(() => [])) {
    const path = posix.join(under, name)
    const found = await stat(join(folder, path)).catch(() => null) // a link to what is not fetched yet
    if (found?.isFile()) files.push({ path, bytes: found.size })
    else if (found?.isDirectory()) files.push(...(await snapshotFiles(folder, path)))
  }
  return files
}

async function listedFiles(path: string): Promise<string[] | null> {
  try {
    const { files } = parseJson((await textOf(path, MOST_BYTES)) ?? '{}', path) as { files?: unknown }
    return typeof files === 'object' && files !== null ? Object.keys(files) : null
  } catch {
    return null
  }
}

async function textOf(path: string, mostBytes: number): Promise<string | null> {
  return (await isFile(path)) ? (await readSmallFile(path, mostBytes)).toString() : null
}
