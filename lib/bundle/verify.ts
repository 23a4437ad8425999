import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { VmmError } from '../core/errors.ts'
import { fileError } from '../io/files.ts'
import { sha256File } from '../io/hash.ts'
import { type BundleFile, MANIFEST_NAME, type Manifest } from './manifest.ts'

/** The path of a file that the manifest names. Throws VmmError BAD_FILE for one that it does not: nothing would check it. */
export function bundleFile(folder: string, { files }: Manifest, name: string): string {
  if (!Object.hasOwn(files, name))
    throw new VmmError('BAD_FILE', `${join(folder, MANIFEST_NAME)}: files: ${name} is missing`)
  return join(folder, name)
}

/**
 * Compares the sizes of a bundle's files with its manifest: cheap enough for every load.
 *
 * @throws VmmError NOT_FOUND for a missing file, BAD_FILE for another size
 */
export async function verifySizes(folder: string, manifest: Manifest): Promise<void> {
  for (const [name, { bytes }] of Object.entries(manifest.files)) {
    const path = join(folder, name)
    const { size } = await stat(path).catch((error: unknown) => {
      throw fileError(path, 'read', error)
    })
    if (size !== bytes) throw new VmmError('BAD_FILE', `${path}: ${size} bytes; the manifest says ${bytes}`)
  }
}

/**
 * Compares the files of a bundle with its manifest, byte by byte.
 *
 * @throws VmmError NOT_FOUND for a missing file, BAD_FILE for another size or hash
 */
export async function verifyFiles(folder: string, manifest: Manifest): Promise<void> {
  await verifySizes(folder, manifest)
  for (const [name, { sha256 }] of Object.entries(manifest.files)) {
    const path = join(folder, name)
    const hash = await sha256File(path)
    if (hash !== sha256)
      throw new VmmError('BAD_FILE', `${path}: SHA-256 ${hash}; the manifest says ${sha256}`)
  }
}

/** The hashes of some files of a bundle as one. */
export function fingerprintOf(files: Readonly<Record<string, BundleFile>>): string {
  const hashes = Object.entries(files).map(([name, { sha256 }]) => `${name} ${sha256}`)
  return createHash('sha256').update(hashes.sort().join('\n')).digest('hex')
}
