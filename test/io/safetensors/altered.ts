import { describeFiles, type Manifest, readManifest, writeManifest } from '../../../lib/bundle/manifest.ts'

/** Changes the manifest of a bundle, whose sizes and hashes are made to fit the files again. */
export async function altered(
  folder: string,
  change: (manifest: Manifest) => Manifest = (manifest) => manifest,
): Promise<void> {
  const manifest = change(await readManifest(folder))
  const files = await describeFiles(folder, Object.keys(manifest.files))
  await writeManifest(folder, { ...manifest, files })
}
