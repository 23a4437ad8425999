import { basename, join } from 'node:path'
import { check } from '../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../core/options.ts'
import { type FileLock, lockFile } from '../io/lock.ts'
import { readSmallFile } from '../io/read.ts'
import { downloadBlob } from './blob.ts'
import {
  findSnapshot,
  modelFiles,
  repositoryFolder,
  type Snapshot,
  type SnapshotFile,
  snapshotFiles,
} from './cache.ts'
import { chooseFiles } from './choose.ts'
import { HubError } from './errors.ts'
import { checkInside, checkRepository, checkRevision, isCommit } from './identifiers.ts'
import { type HubFile, listFiles } from './listing.ts'
import { type Hub, PATIENCE, type Patience } from './request.ts'
import { checkedEndpoint, checkedToken, hubCache, hubEndpoint, hubToken, isOffline } from './settings.ts'
import { hasBytes, linkBlob, makeFolder, writeRef } from './snapshot.ts'

/** How far a download is. */
export interface PullProgress {
  /** What is being fetched, or was last. */
  readonly file: string
  /** Files of the model. */
  readonly files: number
  /** Of all its files; what was there before counts. */
  readonly bytes: number
  readonly total: number
}

/** What is downloaded, from where, and to which place. */
export interface PullOptions {
  /** A branch, a tag or a commit. Default: main. */
  readonly revision?: string | undefined
  /** Where repositories are kept. Default: where Python's huggingface_hub keeps them, `hubCache()`. */
  readonly cacheDir?: string | undefined
  /** null: none is sent. Default: the user's, `hubToken()`. */
  readonly token?: string | null | undefined
  /** Default: HF_ENDPOINT, or https://huggingface.co. */
  readonly endpoint?: string | undefined
  /** Whether the network is left alone. Default: what HF_HUB_OFFLINE says. */
  readonly offline?: boolean | undefined
  /** Paths in the repository. Default: those that make a model, by `chooseFiles`. */
  readonly files?: readonly string[] | undefined
  /** Ends the download; what has come is kept. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: PullProgress) => void) | undefined
}

/** A model that is there. */
export interface Pulled extends Snapshot {
  readonly files: readonly SnapshotFile[]
  /** Of all its files. */
  readonly bytes: number
  /** Bytes that were fetched for it now. */
  readonly fetched: number
}

const OPTIONS: OptionNames<PullOptions> = {
  revision: true,
  cacheDir: true,
  token: true,
  endpoint: true,
  offline: true,
  files: true,
  signal: true,
  onProgress: true,
}

/** Of JSON files that say what else belongs to a model. */
const MOST_BYTES = 1 << 25

/**
 * Downloads a model of the Hugging Face hub into the cache that Python's huggingface_hub uses, and reads. What is there
 * already is not fetched again; of what an earlier call has begun, only the rest is. All files are of one commit, their
 * sizes and hashes are checked, and the revision is written down when all are there. Of several processes one fetches at
 * a time.
 *
 * A commit that is there whole, and what is there when the network is left alone, need no hub.
 *
 * @param repository `owner/name`
 * @param patience how long is waited for a network or a hub that fails
 * @throws HubError by its reason; VmmError BAD_ARGUMENT for wrong options, BAD_FILE where the cache cannot be written;
 *   the signal's reason
 * @example
 * ```js
 * import { pullModel } from 'vector-mamba'
 *
 * try {
 *   // Without `offline` it would be downloaded.
 *   await pullModel('sentence-transformers/all-MiniLM-L6-v2', { cacheDir: 'hub', offline: true })
 * } catch (error) {
 *   console.log(error.code, error.reason) // SERVICE offline
 * }
 * ```
 */
export async function pullModel(
  repository: string,
  options: PullOptions = {},
  patience: Patience = PATIENCE,
): Promise<Pulled> {
  refuseUnknown(options, OPTIONS)
  const {
    revision = 'main',
    cacheDir = hubCache(),
    offline = isOffline(),
    files,
    signal,
    onProgress,
  } = options
  checkRepository(repository)
  checkRevision(revision)
  check(typeof cacheDir === 'string' && cacheDir !== '', 'cacheDir', cacheDir, 'the path of a folder')
  for (const path of files ?? []) checkInside(path, 'files')
  signal?.throwIfAborted()
  if (offline || isCommit(revision)) {
    const there = await pulledBefore(repository, revision, cacheDir, files)
    if (there !== null) return there
  }
  if (offline) {
    const text = `${repository} at ${revision}: not all of it is in ${cacheDir}, and HF_HUB_OFFLINE leaves the network alone`
    throw new HubError('offline', text)
  }
  const token = options.token === undefined ? await hubToken() : options.token
  const hub: Hub = {
    endpoint: checkedEndpoint(options.endpoint ?? hubEndpoint()),
    token: token === null ? null : checkedToken(token),
    signal,
    patience,
  }
  return fetchModel(hub, { repository, revision, cacheDir }, files, onProgress)
}

interface Place {
  readonly repository: string
  readonly revision: string
  readonly cacheDir: string
}

/** What is in the cache, where that is all. */
async function pulledBefore(
  repository: string,
  revision: string,
  cacheDir: string,
  files: readonly string[] | undefined,
): Promise<Pulled | null> {
  const snapshot = await findSnapshot(repository, revision, cacheDir)
  if (snapshot === null) return null
  const there = files
    ? (await snapshotFiles(snapshot.folder)).filter(({ path }) => files.includes(path))
    : await modelFiles(snapshot, cacheDir, repository)
  if (there === null || (files && there.length < new Set(files).size)) return null
  return { ...snapshot, files: there, bytes: sum(there), fetched: 0 }
}

async function fetchModel(
  hub: Hub,
  place: Place,
  files: readonly string[] | undefined,
  onProgress: PullOptions['onProgress'],
): Promise<Pulled> {
  const { repository, revision, cacheDir } = place
  const { commit, files: listed } = await listFiles(hub, repository, revision).catch(
    async (error: unknown) => {
      throw await orOffline(error, place)
    },
  )
  const own = repositoryFolder(cacheDir, repository)
  const folder = join(own, 'snapshots', commit)
  const byPath = new Map(listed.map((file) => [file.path, file]))
  await using fetcher = fetcherOf(hub, place, commit)
  const read = async (path: string) => {
    await fetcher.take(byPath.get(path)!, () => {})
    return (await readSmallFile(join(folder, path), MOST_BYTES)).toString()
  }
  const paths = files ?? (await chooseFiles([...byPath.keys()], read, repository))
  const wanted = [...new Set(paths)].map((path) => {
    const file = byPath.get(path)
    if (file === undefined) throw new HubError('entry', `${repository}: it has no ${path}`)
    return file
  })
  const total = sum(wanted)
  let [done, here] = [0, 0]
  for (const file of wanted) {
    const tell = (bytes: number) => {
      here = done + bytes
      onProgress?.({ file: file.path, files: wanted.length, bytes: here, total })
    }
    await fetcher.take(file, tell).catch((error: unknown) => {
      throw withKept(error, `${here} of ${total} bytes are kept in ${own}`)
    })
    tell(file.bytes)
    done = here
  }
  if (!isCommit(revision)) await writeRef(own, revision, commit)
  const there = wanted.map(({ path, bytes }) => ({ path, bytes }))
  return { folder, commit, files: there, bytes: total, fetched: fetcher.fetched() }
}

interface Fetcher extends AsyncDisposable {
  /** Makes sure that a file is in the snapshot. */
  take(file: HubFile, onBytes: (bytes: number) => void): Promise<void>
  /** Bytes that came. */
  fetched(): number
}

/** Takes the repository's lock when a first file is missing, and keeps it: where all is there, nothing is written. */
function fetcherOf(hub: Hub, { repository, cacheDir }: Place, commit: string): Fetcher {
  const own = repositoryFolder(cacheDir, repository)
  // Beside the folder of Python's own locks, which are of another kind.
  const lockPath = join(cacheDir, '.locks', 'vector-mamba', `${basename(own)}.lock`)
  let lock: FileLock | undefined
  let fetched = 0
  return {
    take: async (file, onBytes) => {
      const pointer = join(own, 'snapshots', commit, file.path)
      if (await hasBytes(pointer, file.bytes)) return
      lock ??= await lockFile(lockPath, { signal: hub.signal })
      if (await hasBytes(pointer, file.bytes)) return // another process was faster
      const held = lock
      const blob = join(own, 'blobs', file.etag)
      if (!(await hasBytes(blob, file.bytes))) {
        await makeFolder(join(own, 'blobs'))
        const path = `/${repository}/resolve/${commit}/${file.path.split('/').map(encodeURIComponent).join('/')}`
        const source = { path, about: `${repository}: ${file.path}` }
        fetched += await downloadBlob(hub, file, source, blob, { onBytes, beforeRename: () => held.check() })
      }
      await linkBlob(blob, pointer)
    },
    fetched: () => fetched,
    [Symbol.asyncDispose]: async () => lock?.[Symbol.asyncDispose](),
  }
}

/** Says what is kept, where an error leaves something. */
function withKept(error: unknown, kept: string): unknown {
  const isLoss = error instanceof HubError && ['network', 'server', 'busy', 'disk'].includes(error.reason)
  if (!isLoss) return error
  return new HubError(error.reason, `${error.message}; ${kept}, and the same call goes on from there`, error)
}

/** Says that a model is there all the same, where the hub cannot be asked. */
async function orOffline(error: unknown, { repository, revision, cacheDir }: Place): Promise<unknown> {
  if (!(error instanceof HubError && ['network', 'server', 'busy'].includes(error.reason))) return error
  const there = await pulledBefore(repository, revision, cacheDir, undefined)
  if (there === null) return error
  const advice = `what was pulled before is in ${there.folder}, and with HF_HUB_OFFLINE=1 it is taken`
  return new HubError(error.reason, `${error.message}; ${advice}`, error)
}

function sum(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0)
}
