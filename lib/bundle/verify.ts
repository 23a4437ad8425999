import { createHash } from 'node:crypto'
import { mkdir, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { VmmError } from '../core/errors.ts'
import { atomicWrite, fileError } from '../io/files.ts'
import { sha256File } from '../io/hash.ts'
import { fileState } from '../io/hash_once.ts'
import { readSmallFile } from '../io/read.ts'
import { notFinite } from '../io/safetensors/finite.ts'
import { type BundleFile, MANIFEST_NAME, type Manifest } from './manifest.ts'

/** A line for each file that a manifest can name. */
const MOST_ACCOUNT_BYTES = 1 << 25

/** The path of a file that the manifest names. Throws VmmError BAD_FILE for one that it does not: nothing would check it. */
export function bundleFile(folder: string, { files }: Manifest, name: string): string {
  if (!Object.hasOwn(files, name))
    throw new VmmError('BAD_FILE', `${join(folder, MANIFEST_NAME)}: files: ${name} is missing`)
  return join(folder, name)
}

/**
 * Compares the files of a bundle with its manifest, byte by byte, and looks for numbers that are none in its weights.
 *
 * @throws VmmError NOT_FOUND for a missing file; BAD_FILE for another size or hash, and for weights that are not finite
 */
export async function verifyFiles(folder: string, manifest: Manifest): Promise<void> {
  const { files } = manifest
  for (const name of Object.keys(files)) await verifySize(folder, name, files[name]!)
  for (const name of Object.keys(files)) await verifyContent(folder, name, files[name]!)
}

/**
 * verifyFiles, but a file that was found right before, by the cache directory's account, is not read again while its
 * size, times and inode are the same.
 */
export async function verifyFilesOnce(folder: string, manifest: Manifest, cacheDir: string): Promise<void> {
  const { files } = manifest
  const place = await realpath(folder).catch((error: unknown) => {
    throw fileError(folder, 'read', error)
  })
  const account = join(cacheDir, 'verified', `${createHash('sha256').update(place).digest('hex')}.json`)
  const seen = await readAccount(account)
  const now: Record<string, string> = {}
  for (const name of Object.keys(files)) {
    const state = await verifySize(folder, name, files[name]!)
    now[name] = `${files[name]!.sha256} ${fileState(state)}`
  }
  const unseen = Object.keys(files).filter((name) => seen[name] !== now[name])
  if (unseen.length === 0) return
  for (const name of unseen) await verifyContent(folder, name, files[name]!)
  // Where it cannot be written, the files are read again the next time.
  await mkdir(dirname(account), { recursive: true }).catch(() => {})
  await atomicWrite(account, [JSON.stringify(now)]).catch(() => {})
}

async function readAccount(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const json: unknown = JSON.parse((await readSmallFile(path, MOST_ACCOUNT_BYTES)).toString())
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

async function verifySize(folder: string, name: string, { bytes }: BundleFile) {
  const path = join(folder, name)
  const found = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw fileError(path, 'read', error)
  })
  if (!found.isFile()) throw new VmmError('BAD_FILE', `${path}: not a regular file`)
  if (found.size !== BigInt(bytes))
    throw new VmmError('BAD_FILE', `${path}: ${found.size} bytes; the manifest says ${bytes}`)
  return found
}

async function verifyContent(folder: string, name: string, { bytes, sha256 }: BundleFile): Promise<void> {
  const path = join(folder, name)
  const hash = await sha256File(path, bytes)
  if (hash !== sha256) throw new VmmError('BAD_FILE', `${path}: SHA-256 ${hash}; the manifest says ${sha256}`)
  const bad = name.endsWith('.safetensors') ? await notFinite(path) : null
  if (bad !== null) throw new VmmError('BAD_FILE', `${path}: ${bad} has NaN or infinity`)
}

/** The hashes of some files of a bundle as one. */
export function fingerprintOf(files: Readonly<Record<string, BundleFile>>): string {
  const hashes = Object.entries(files).map(([name, { sha256 }]) => `${name} ${sha256}`)
  return createHash('sha256').update(hashes.sort().join('\n')).digest('hex')
}
