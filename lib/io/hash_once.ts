import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { mkdir, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { atomicWrite, fileError } from './files.ts'
import { sha256File } from './hash.ts'
import { readSmallFile } from './read.ts'

const MOST_ACCOUNT_BYTES = 4096

/** What changes when a file does: its size, times and inode, as one text. */
export function fileState({ size, mtimeNs, ctimeNs, dev, ino }: BigIntStats): string {
  return `${size} ${mtimeNs} ${ctimeNs} ${dev} ${ino}`
}

/**
 * SHA-256 of a file, 64 hex digits. While its size, times and inode are those that the cache directory's account says, it
 * is not read again.
 *
 * @throws VmmError NOT_FOUND, BAD_FILE
 */
export async function sha256Once(path: string, cacheDir: string): Promise<string> {
  const failed = (error: unknown): never => {
    throw fileError(path, 'read', error)
  }
  const place = await realpath(path).catch(failed)
  const state = fileState(await stat(place, { bigint: true }).catch(failed))
  const account = join(cacheDir, 'hashes', createHash('sha256').update(place).digest('hex'))
  const said = await readSmallFile(account, MOST_ACCOUNT_BYTES).then(String, () => '')
  const known = /^([0-9a-f]{64}) (.*)$/.exec(said)
  if (known?.[2] === state) return known[1]!
  const hash = await sha256File(place)
  // Where it cannot be written, the file is read again the next time.
  await mkdir(dirname(account), { recursive: true }).catch(() => {})
  await atomicWrite(account, [`${hash} ${state}`]).catch(() => {})
  return hash
}
