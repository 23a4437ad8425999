import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { FILE_MODE, fileError, systemCode } from '../io/files.ts'
import { HubError } from './errors.ts'
import type { HubFile } from './listing.ts'
import { get, type Hub, retrying } from './request.ts'

/** Bytes of what is there already that are hashed at a time. */
const PIECE = 1 << 20
/** After so many further bytes, attempts are counted anew. */
const GAIN = 1 << 20
const FULL = ['ENOSPC', 'EDQUOT']

/** Where a file comes from, and for messages whose it is. */
export interface Source {
  /** Below the hub's address. */
  readonly path: string
  readonly about: string
}

/** What is done when bytes have come, and before a file gets its name. */
export interface Steps {
  /** @param bytes of this file that are there */
  readonly onBytes: (bytes: number) => void
  readonly beforeRename: () => Promise<void>
}

/**
 * Downloads a file beside its name, as `NAME.incomplete`, goes on where an earlier attempt has stopped, and gives it its
 * name when size and hash are right.
 *
 * Bytes are written where they belong, not at the end: two that write the same file leave it whole.
 *
 * @param blob where it belongs; its folder is there
 * @returns the bytes that came
 * @throws HubError by its reason: after `hash` nothing is kept, else all that came; VmmError BAD_FILE; the signal's reason
 */
export async function downloadBlob(
  hub: Hub,
  file: HubFile,
  source: Source,
  blob: string,
  { onBytes, beforeRename }: Steps,
): Promise<number> {
  const partial = `${blob}.incomplete`
  let came = 0
  for (;;) {
    const handle = await openPartial(partial)
    const copy: Copy = { handle, path: partial, bytes: 0, hash: newHash(file), isSpoilt: false }
    let kept: number
    try {
      kept = await readKept(copy, file, hub.signal)
      onBytes(copy.bytes)
      let counted = copy.bytes
      const hasGained = () => {
        if (copy.bytes - counted < GAIN) return false
        counted = copy.bytes
        return true
      }
      const more = (bytes: number) => {
        came += bytes
        onBytes(copy.bytes)
      }
      if (copy.bytes < file.bytes)
        await retrying(hub, () => receive(hub, file, source, copy, more), hasGained)
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (!copy.isSpoilt && copy.hash.digest('hex') === file.etag) {
      await beforeRename()
      await rename(partial, blob).catch((error: unknown) => {
        throw writeError(blob, error)
      })
      return came
    }
    await rm(partial, { force: true })
    // What an earlier attempt left may have been spoilt since; what came at one go was sent so.
    if (kept === 0)
      throw new HubError('hash', `${source.about}: size or hash are not the hub's; what came was deleted`)
  }
}

async function openPartial(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileError(path, 'write', error)
  }
  return open(path, 'wx+', FILE_MODE).catch((error: unknown) => {
    throw writeError(path, error)
  })
}

/** The part of a file that is there, and its hash so far. */
interface Copy {
  readonly handle: FileHandle
  readonly path: string
  bytes: number
  hash: Hash
  /** More came than the file has. */
  isSpoilt: boolean
}

function newHash({ hash, bytes }: HubFile): Hash {
  return hash === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${bytes}\0`)
}

/** Takes what an earlier attempt has left, unless it is more than the file can be. Gives how much. */
async function readKept(copy: Copy, file: HubFile, signal: AbortSignal | undefined): Promise<number> {
  const { size } = await copy.handle.stat()
  if (size > file.bytes) await copy.handle.truncate(0)
  const end = size > file.bytes ? 0 : size
  const piece = Buffer.alloc(Math.min(end, PIECE))
  while (copy.bytes < end) {
    signal?.throwIfAborted()
    const { bytesRead } = await copy.handle.read(
      piece,
      0,
      Math.min(piece.length, end - copy.bytes),
      copy.bytes,
    )
    if (bytesRead === 0) break
    copy.hash.update(piece.subarray(0, bytesRead))
    copy.bytes += bytesRead
  }
  return copy.bytes
}

/** Asks for what is missing and writes what comes. */
async function receive(
  hub: Hub,
  file: HubFile,
  { path, about }: Source,
  copy: Copy,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const range = copy.bytes > 0 ? { range: `bytes=${copy.bytes}-` } : {}
  const answer = await get(hub, path, about, range)
  try {
    if (answer.status === 200 && copy.bytes > 0) {
      // A server without ranges sends it all.
      await copy.handle.truncate(0)
      copy.bytes = 0
      copy.hash = newHash(file)
    }
    const from = Number(/^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '')?.[1] ?? 0)
    if (from !== copy.bytes)
      throw new HubError(
        'server',
        `${about}: bytes from ${from} on came, where those from ${copy.bytes} on were asked for`,
      )
    for await (const chunk of answer.chunks()) {
      if (copy.bytes + chunk.byteLength > file.bytes) {
        copy.isSpoilt = true
        copy.bytes = file.bytes
        return
      }
      await writeAt(copy, chunk)
      onBytes(chunk.byteLength)
    }
  } finally {
    answer.giveUp()
  }
  if (copy.bytes < file.bytes)
    throw new HubError('network', `${about}: the connection ended after ${copy.bytes} of ${file.bytes} bytes`)
}

async function writeAt(copy: Copy, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength; ) {
    const { bytesWritten } = await copy.handle
      .write(chunk, at, chunk.byteLength - at, copy.bytes)
      .catch((error: unknown) => {
        throw writeError(copy.path, error)
      })
    copy.hash.update(chunk.subarray(at, at + bytesWritten))
    copy.bytes += bytesWritten
    at += bytesWritten
  }
}

function writeError(path: string, error: unknown): Error {
  if (!FULL.includes(systemCode(error) ?? '')) return fileError(path, 'write', error)
  return new HubError('disk', `${path}: no space left on the disk`, error)
}
