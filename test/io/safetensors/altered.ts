import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  describeFiles,
  MANIFEST_NAME,
  type Manifest,
  readManifest,
  writeManifest,
} from '../../../lib/bundle/manifest.ts'

/** Changes the manifest of a bundle, whose sizes and hashes are made to fit the files again. */
export async function altered(
  folder: string,
  change: (manifest: Manifest) => Manifest = (manifest) => manifest,
): Promise<void> {
  const manifest = change(await readManifest(folder))
  const files = await describeFiles(folder, Object.keys(manifest.files))
  await writeManifest(folder, { ...manifest, files })
}

/** Changes the JSON of a bundle's manifest, which need not be a good one then. */
export function rawManifest(
  folder: string,
  change: (json: Record<string, unknown>) => Record<string, unknown>,
): void {
  const path = join(folder, MANIFEST_NAME)
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))))
}
