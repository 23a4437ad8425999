import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { MANIFEST_NAME, type Manifest, readManifest, verifyFiles } from '../../bundle/manifest.ts'
import { badArgument, describe, VmmError } from '../../runtime/errors.ts'
import type { DeviceTensor } from '../../tensor/device_tensor.ts'
import { formatShape, sameShape } from '../../tensor/shape.ts'
import { fingerprintOf, mapWeights } from '../map_weights.ts'
import { type PredictorConfig, predictorConfig } from './config.ts'
import { predictorParameters } from './parameters.ts'
import { makePredictor, type Predictor } from './predictor.ts'
import { PREDICTOR_WEIGHTS } from './save.ts'

/**
 * Loads a predictor: the folder of a bundle, or the name of an installed package that is one. Throws VmmError
 * NOT_FOUND; BAD_FILE for files that were cut, altered or belong to a model of another shape; UNSUPPORTED for bundles
 * of another kind.
 */
export async function loadPredictor(
  name: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Predictor> {
  if (typeof name !== 'string' || name === '')
    throw badArgument('name', describe(name), "a bundle's folder, or the name of an installed package")
  const folder = await findBundle(name)
  const manifest = await readManifest(folder)
  if (manifest.kind !== 'predictor')
    throw new VmmError('UNSUPPORTED', `${folder}: a bundle of kind '${manifest.kind}', not a predictor`)
  const config = configOf(manifest, folder)
  await verifyFiles(folder, manifest)
  options.signal?.throwIfAborted()
  const weights = await checkedWeights(join(folder, PREDICTOR_WEIGHTS), config)
  return makePredictor({
    name: basename(folder),
    fingerprint: fingerprintOf(manifest),
    config,
    weights,
    disposeWeights: () => {
      for (const tensor of Object.values(weights)) tensor.dispose()
    },
  })
}

type Resolve = (specifier: string) => string

/** The folder of an installed package that is a bundle. Throws what `resolve` throws where it is not installed. */
export function packageFolder(name: string, resolve: Resolve): string {
  return dirname(resolve(`${name}/${MANIFEST_NAME}`))
}

/** The folder of a bundle: `name` itself, or that of the installed package of this name. Throws VmmError NOT_FOUND. */
export async function findBundle(
  name: string,
  resolve: Resolve = createRequire(import.meta.url).resolve,
): Promise<string> {
  const found = await stat(name).catch(() => null)
  if (found?.isDirectory()) return name
  try {
    return packageFolder(name, resolve)
  } catch (cause) {
    const message = `predictor ${JSON.stringify(name)}: neither a folder nor an installed package`
    throw new VmmError('NOT_FOUND', message, { argument: 'name', cause })
  }
}

function configOf({ config, space, dims }: Manifest, folder: string): PredictorConfig {
  const bad = (problem: string, cause?: unknown) =>
    new VmmError('BAD_FILE', `${join(folder, MANIFEST_NAME)}: ${problem}`, { cause })
  if (!config) throw bad('config: got undefined; expected an object')
  let read: PredictorConfig
  try {
    read = predictorConfig(config)
  } catch (error) {
    throw bad((error as Error).message, error)
  }
  if (read.space !== space || read.dims !== dims)
    throw bad(`config of ${read.dims} dims in '${read.space}', but vectors of ${dims} in '${space}'`)
  return read
}

/** The tensors of a file, which must be those of the config. */
async function checkedWeights(path: string, config: PredictorConfig): Promise<Record<string, DeviceTensor>> {
  const tensors = await mapWeights(path)
  try {
    const specs = predictorParameters(config)
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
  return Object.fromEntries(tensors)
}
