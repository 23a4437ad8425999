import { createHash } from 'node:crypto'
import type { Manifest } from './manifest.ts'

/** The hashes of a bundle's files as one. */
export function fingerprintOf({ files }: Manifest): string {
  const hashes = Object.entries(files).map(([name, { sha256 }]) => `${name} ${sha256}`)
  return createHash('sha256').update(hashes.sort().join('\n')).digest('hex')
}
