import { describe } from '../core/errors.ts'
import { parseJson } from '../io/json.ts'
import { HubError } from './errors.ts'
import { checkInside, isCommit } from './identifiers.ts'
import { get, type Hub, retrying, textOf } from './request.ts'

/** A file of a repository at a commit. */
export interface HubFile {
  readonly path: string
  readonly bytes: number
  /** The name of its blob: SHA-256 of a large file, git's SHA-1 of another. */
  readonly etag: string
  readonly hash: 'sha256' | 'git'
}

/** What a repository has at a revision. */
export interface Listing {
  readonly commit: string
  readonly files: readonly HubFile[]
}

/** No listing of a model is as long. */
const MOST_BYTES = 1 << 25

/**
 * What a repository has at a revision, by the hub.
 *
 * @throws HubError by its reason, `listing` for paths that leave the folder and for sizes and hashes that are none; the
 *   signal's reason
 */
export async function listFiles(hub: Hub, repository: string, revision: string): Promise<Listing> {
  const about = revision === 'main' ? repository : `${repository} at ${revision}`
  const path = `/api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`
  const text = await retrying(hub, async () => textOf(await get(hub, path, about), MOST_BYTES, about))
  const { sha, siblings } = (parseJson(text, `${about}: the hub's answer`) ?? {}) as Record<string, unknown>
  if (typeof sha !== 'string' || !isCommit(sha) || !Array.isArray(siblings))
    throw new HubError('server', `${about}: an answer without commit and files`)
  if (isCommit(revision) && sha !== revision)
    throw new HubError('server', `${about}: the answer is of another commit, ${sha}`)
  const files = siblings.map((sibling) => fileOf(sibling, about))
  const paths = new Set(files.map((file) => file.path))
  if (paths.size < files.length) throw new HubError('listing', `${about}: a path is there twice`)
  return { commit: sha, files }
}

function fileOf(sibling: unknown, about: string): HubFile {
  const { rfilename: path, size, blobId, lfs } = (sibling ?? {}) as Record<string, unknown>
  checkInside(path, about)
  const { sha256, size: large } = (lfs ?? {}) as Record<string, unknown>
  const bytes = lfs ? (large ?? size) : size
  const etag = lfs ? sha256 : blobId
  const isHash = typeof etag === 'string' && (lfs ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{40}$/).test(etag)
  if (!isHash || !Number.isSafeInteger(bytes) || (bytes as number) < 0)
    throw new HubError('listing', `${about}: ${path}: size ${describe(bytes)}, hash ${describe(etag)}`)
  return { path, bytes: bytes as number, etag: etag as string, hash: lfs ? 'sha256' : 'git' }
}
