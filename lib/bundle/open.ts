import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { badArgument, describe, VmmError } from '../core/errors.ts'
import type { DeviceTensor } from '../tensor/device_tensor.ts'
import { formatShape, sameShape } from '../tensor/shape.ts'
import { mapWeights } from '../weights/map.ts'
import type { ParameterSpecs } from '../weights/specs.ts'
import { type BundleKind, MANIFEST_NAME, type Manifest, readManifest, verifyFiles } from './manifest.ts'
import { WEIGHTS_FILE } from './save.ts'

type Resolve = (specifier: string) => string

/** The folder of an installed package that is a bundle. Throws what `resolve` throws where it is not installed. */
export function packageFolder(name: string, resolve: Resolve): string {
  return dirname(resolve(`${name}/${MANIFEST_NAME}`))
}

/** The folder of a bundle: `name` itself, or that of the installed package of this name. Throws VmmError NOT_FOUND. */
export async function findBundle(
  name: string,
  kind: BundleKind,
  resolve: Resolve = createRequire(import.meta.url).resolve,
): Promise<string> {
  const found = await stat(name).catch(() => null)
  if (found?.isDirectory()) return name
  try {
    return packageFolder(name, resolve)
  } catch (cause) {
    const message = `${kind} ${JSON.stringify(name)}: neither a folder nor an installed package`
    throw new VmmError('NOT_FOUND', message, { argument: 'name', cause })
  }
}

/** A bundle whose files are those that its manifest names. */
export interface OpenBundle<C> {
  readonly folder: string
  readonly manifest: Manifest
  readonly config: C
}

/**
 * Finds a bundle of a kind and checks its manifest, config and files. Throws VmmError NOT_FOUND; BAD_FILE for files that
 * were cut or altered; UNSUPPORTED for bundles of another kind.
 */
export async function openBundle<C extends { readonly space: string; readonly dims: number }>(
  name: string,
  kind: BundleKind,
  complete: (given: Partial<C>) => C,
): Promise<OpenBundle<C>> {
  if (typeof name !== 'string' || name === '')
    throw badArgument('name', describe(name), "a bundle's folder, or the name of an installed package")
  const folder = await findBundle(name, kind)
  const manifest = await readManifest(folder)
  if (manifest.kind !== kind) {
    const wanted = `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`
    throw new VmmError('UNSUPPORTED', `${folder}: a bundle of kind '${manifest.kind}', not ${wanted}`)
  }
  const config = configOf(manifest, folder, complete)
  await verifyFiles(folder, manifest)
  return { folder, manifest, config }
}

function configOf<C extends { readonly space: string; readonly dims: number }>(
  { config, space, dims }: Manifest,
  folder: string,
  complete: (given: Partial<C>) => C,
): C {
  const bad = (problem: string, cause?: unknown) =>
    new VmmError('BAD_FILE', `${join(folder, MANIFEST_NAME)}: ${problem}`, { cause })
  if (!config) throw bad('config: got undefined; expected an object')
  let read: C
  try {
    read = complete(config as Partial<C>)
  } catch (error) {
    throw bad((error as Error).message, error)
  }
  if (read.space !== space || read.dims !== dims)
    throw bad(`config of ${read.dims} dims in '${read.space}', but vectors of ${dims} in '${space}'`)
  return read
}

/** The tensors of a bundle's file, which must be those of the model. */
export async function bundleWeights(
  folder: string,
  specs: ParameterSpecs,
  file: string = WEIGHTS_FILE,
): Promise<Map<string, DeviceTensor>> {
  const path = join(folder, file)
  const tensors = await mapWeights(path)
  try {
    for (const name of tensors.keys())
      if (!(name in specs)) throw new VmmError('BAD_FILE', `${path}: ${name} is no tensor of this model`)
    for (const [name, { shape, storage }] of Object.entries(specs)) {
      const tensor = tensors.get(name)
      if (!tensor) throw new VmmError('BAD_FILE', `${path}: no tensor ${name}`)
      if (!sameShape(tensor.shape, shape))
        throw new VmmError(
          'BAD_FILE',
          `${path}: ${name} is ${formatShape(tensor.shape)}; the model needs ${formatShape(shape)}`,
        )
      if (tensor.dtype !== 'f32' && tensor.dtype !== storage)
        throw new VmmError('UNSUPPORTED', `${path}: ${name} is ${tensor.dtype}; kernels read f32 here`)
    }
  } catch (error) {
    for (const tensor of tensors.values()) tensor.dispose()
    throw error
  }
  return tensors
}
