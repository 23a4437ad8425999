import { join } from 'node:path'
import { VmmError } from '../core/errors.ts'
import { cacheDirectory } from '../io/cache_dir.ts'
import { BUNDLE_KINDS, type BundleKind } from './kinds.ts'
import { MANIFEST_NAME, type Manifest, readManifest } from './manifest.ts'
import { type ResolveOptions, resolveBundle } from './resolve.ts'
import { verifyFilesOnce } from './verify.ts'

/** A bundle whose files are those that its manifest names. */
export interface OpenBundle<C> {
  readonly folder: string
  readonly manifest: Manifest
  readonly config: C
}

/**
 * Finds a bundle of a kind and checks its manifest, config and files. Throws VmmError NOT_FOUND; BAD_FILE for files that
 * were cut or altered; UNSUPPORTED for bundles of another kind or architecture.
 */
export async function openBundle<C extends object>(
  name: string | undefined,
  kind: BundleKind,
  architecture: string,
  complete: (given: Partial<C>) => C,
  options: ResolveOptions & { readonly cacheDir?: string | undefined } = {},
): Promise<OpenBundle<C>> {
  const folder = await resolveBundle(name, kind, options)
  const manifest = await readManifestOf(folder, kind)
  if (manifest.architecture !== architecture) throw unknownArchitecture(folder, manifest, [architecture])
  const config = configOf(manifest, folder, complete)
  await verifyFilesOnce(folder, manifest, options.cacheDir ?? cacheDirectory())
  return { folder, manifest, config }
}

/** The manifest of a folder that must be a bundle of a kind. Throws as readManifest does; UNSUPPORTED for other kinds. */
export async function readManifestOf(folder: string, kind: BundleKind): Promise<Manifest> {
  const manifest = await readManifest(folder)
  if (manifest.kind === kind) return manifest
  const message = `${folder}: a bundle of kind '${manifest.kind}', not ${BUNDLE_KINDS[kind].a}`
  throw new VmmError('UNSUPPORTED', message)
}

export function unknownArchitecture(
  folder: string,
  { architecture }: Manifest,
  known: readonly string[],
): VmmError {
  const message = `${folder}: architecture '${architecture}'; this version knows ${known.join(', ')}`
  return new VmmError('UNSUPPORTED', message)
}

/**
 * The config of a manifest, completed by its model; its space and dims are those of the manifest, or neither has them.
 * Throws VmmError BAD_FILE naming the field that is wrong.
 */
export function configOf<C extends object>(
  { config, space }: Manifest,
  folder: string,
  complete: (given: Partial<C>) => C,
): C {
  const bad = (problem: string, cause?: unknown) =>
    new VmmError('BAD_FILE', `${join(folder, MANIFEST_NAME)}: ${problem}`, { cause })
  let read: C
  try {
    read = complete(config as Partial<C>)
  } catch (error) {
    throw bad((error as Error).message, error)
  }
  const own: { readonly space?: unknown; readonly dims?: unknown } = read
  if (own.space !== space?.name || own.dims !== space?.dims)
    throw bad(
      `config of ${own.dims} dims in '${own.space}', but vectors of ${space?.dims} in '${space?.name}'`,
    )
  return read
}
