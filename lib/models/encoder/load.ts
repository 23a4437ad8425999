import { basename } from 'node:path'
import type { Manifest } from '../../bundle/manifest.ts'
import { configOf, readManifestOf, unknownArchitecture } from '../../bundle/open.ts'
import { resolveBundle } from '../../bundle/resolve.ts'
import { PACKED_FILE, WEIGHTS_FILE } from '../../bundle/save.ts'
import { bundleFile, fingerprintOf, verifyFilesOnce } from '../../bundle/verify.ts'
import type { Encoder } from '../../core/encoder.ts'
import { describe, VmmError } from '../../core/errors.ts'
import { toFloat32 } from '../../graph/program.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { packWeights } from '../../weights/pack.ts'
import { openWeights } from '../../weights/weight_set.ts'
import type { EncoderFamily } from '../families/define.ts'
import { FAMILIES, NAMED_MODELS } from '../families/index.ts'
import { checkLoadOptions, LOAD_OPTIONS, type LoadOptions } from '../load_options.ts'
import { makeNetwork } from '../network.ts'
import type { Bucket } from './batches.ts'
import { makeEncoder } from './encoder.ts'
import { makeGuide } from './guide.ts'
import { encodeModel, tokenBindings } from './programs.ts'

/**
 * Loads an encoder: a model known by its name (`use-lite`, Universal Sentence Encoder Lite, 512-D, the offline default),
 * the folder of a bundle, or an installed package that is one. Throws VmmError NOT_FOUND, BAD_FILE (also when it does
 * not give its golden vectors) or UNSUPPORTED.
 *
 * @example
 * ```js
 * import { loadEncoder } from 'vector-mamba'
 *
 * const model = await loadEncoder('use-lite') // or a folder, or the name of a package
 * const { vectors, truncated } = await model.encode(['The tide was going out.', 'Water left the bay.'])
 * console.log(vectors.space, vectors.count, truncated) // use-lite-512 2 []
 * model.dispose()
 * ```
 */
export async function loadEncoder(name?: string, options: LoadOptions = {}): Promise<Encoder> {
  checkLoadOptions(options, LOAD_OPTIONS)
  const { cacheDir = cacheDirectory(), signal } = options
  let known: string | null = null
  const named = Object.fromEntries(
    Object.entries(NAMED_MODELS).map(([own, model]) => [
      own,
      () => {
        known = own
        return model.bundle({ cacheDir, signal })
      },
    ]),
  )
  const folder = await resolveBundle(name, 'encoder', { named })
  signal?.throwIfAborted()
  try {
    return await openEncoder(known ?? basename(folder), folder, cacheDir, signal)
  } catch (error) {
    const damaged = error instanceof VmmError && (error.code === 'BAD_FILE' || error.code === 'NOT_FOUND')
    if (known === null || !damaged) throw error
    const message = `${error.message}; delete ${folder} and it is made again`
    throw new VmmError(error.code, message, { cause: error })
  }
}

/**
 * loadEncoder, by the name that it has where the model is the default one.
 *
 * @example
 * ```js
 * import { loadModel } from 'vector-mamba'
 *
 * const model = await loadModel()
 * console.log(model.name, model.dims, model.capacityTokens) // use-lite 512 128
 * model.dispose()
 * ```
 */
export const loadModel = loadEncoder

async function openEncoder(
  name: string,
  folder: string,
  cacheDir: string,
  signal: AbortSignal | undefined,
): Promise<Encoder> {
  const manifest = await readManifestOf(folder, 'encoder')
  const family = FAMILIES.find(({ architecture }) => architecture === manifest.architecture)
  if (!family)
    throw unknownArchitecture(
      folder,
      manifest,
      FAMILIES.map(({ architecture }) => architecture),
    )
  await verifyFilesOnce(folder, manifest, cacheDir)
  const encoder = await encoderOf(family, name, folder, manifest, signal)
  try {
    await verifyGolden(encoder, manifest, folder, signal)
    return encoder
  } catch (error) {
    encoder.dispose()
    throw error
  }
}

async function encoderOf(
  family: EncoderFamily,
  name: string,
  folder: string,
  manifest: Manifest,
  signal: AbortSignal | undefined,
): Promise<Encoder> {
  const given = configOf(manifest, folder, family.config)
  const { space, dims, capacityTokens } = given
  const specs = family.parameters(given)
  const open = { specs, rename: family.tensors }
  const original = bundleFile(folder, manifest, WEIGHTS_FILE)
  const packed = Object.hasOwn(manifest.files, PACKED_FILE) ? [bundleFile(folder, manifest, PACKED_FILE)] : []
  const about = manifest.tokenizer!
  const tokens = await family.tokenizer(folder, about)
  const { size } = tokens.tokenizer
  const rows = specs[family.table]!.shape[0]!
  if (size > rows)
    throw new VmmError(
      'BAD_FILE',
      `${bundleFile(folder, manifest, about.file)}: ${size} pieces; the model has ${rows} embeddings`,
    )
  const weights = await packWeights(await openWeights([original, ...packed], open), specs, { signal })
  let config = given
  try {
    config = family.fromWeights?.(given, weights) ?? given
  } catch (error) {
    weights.dispose()
    throw error
  }
  const network = makeNetwork(config, weights)
  const guide = makeGuide(family, config, () => openWeights([original], open))
  const model = encodeModel(family)
  const bindings = new Map<number, Record<string, BindingSpec>>()
  const bindingsOf = (bucket: Bucket) => {
    const bound = bindings.get(bucket.rows) ?? { ...weights.specs, ...tokenBindings(bucket) }
    bindings.set(bucket.rows, bound)
    return bound
  }
  return makeEncoder({
    name,
    space,
    dims,
    capacityTokens,
    fingerprint: manifest.space!.fingerprint ?? fingerprintOf(manifest.files),
    tokens,
    guide,
    run: async ({ bucket, ids, positions, offsets, rows }, { signal, threads, device }) => {
      const { vectors } = await network.programs
        .get(model, config, bindingsOf(bucket))
        .run({ ...weights.tensors, ids, positions, offsets }, { scalars: { rows }, signal, threads, device })
      return toFloat32(vectors!)
    },
    dispose: () => {
      guide[Symbol.dispose]()
      network.dispose()
    },
  })
}

/** Texts whose vectors are compared at each load: few, so that it costs milliseconds. */
const GOLDEN_TEXTS = 4
/** Well above the differences between instruction sets, well below what another weight makes. */
const GOLDEN_TOLERANCE = 1e-4

/** Weights can have the right names and sizes and be others all the same. */
async function verifyGolden(
  model: Encoder,
  { golden }: Manifest,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const some = golden.slice(0, GOLDEN_TEXTS)
  const { vectors } = await model.encode(
    some.map(({ text }) => text),
    { signal },
  )
  for (const [i, { text, vector }] of some.entries()) {
    const row = vectors.row(i)
    if (!vector.every((x, d) => Math.abs(x - row[d]!) <= GOLDEN_TOLERANCE))
      throw new VmmError(
        'BAD_FILE',
        `${folder}: the vector of ${describe(text)} is not the golden one; the files were altered`,
      )
  }
}
