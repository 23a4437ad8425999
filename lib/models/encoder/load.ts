import type { Manifest } from '../../bundle/manifest.ts'
import { configOf, readManifestOf, unknownArchitecture } from '../../bundle/open.ts'
import { PACKED_FILE, WEIGHTS_FILE } from '../../bundle/save.ts'
import { bundleFile, fingerprintOf, verifyFilesOnce } from '../../bundle/verify.ts'
import type { Encoder } from '../../core/encoder.ts'
import { describe, VmmError } from '../../core/errors.ts'
import { packWeights } from '../../weights/pack.ts'
import { openWeights } from '../../weights/weight_set.ts'
import type { EncoderFamily } from '../families/define.ts'
import { FAMILIES, NAMED_MODELS } from '../families/index.ts'
import { familyEncoder } from './family_encoder.ts'
import { makeGuide } from './guide.ts'

/** A model known by its name, from the bundle that is made of its package. Throws as openEncoder does. */
export async function openNamed(
  name: string,
  cacheDir: string,
  signal: AbortSignal | undefined,
): Promise<Encoder> {
  const folder = await NAMED_MODELS[name]!.bundle({ cacheDir, signal })
  signal?.throwIfAborted()
  try {
    return await openEncoder(name, folder, cacheDir, signal)
  } catch (error) {
    const damaged = error instanceof VmmError && (error.code === 'BAD_FILE' || error.code === 'NOT_FOUND')
    if (!damaged) throw error
    const message = `${error.message}; delete ${folder} and it is made again`
    throw new VmmError(error.code, message, { cause: error })
  }
}

/**
 * The encoder of a bundle's folder. Throws VmmError NOT_FOUND, BAD_FILE (also when it does not give its golden vectors) or
 * UNSUPPORTED.
 */
export async function openEncoder(
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
  const guide = makeGuide(family, config, () => openWeights([original], open))
  const fingerprint = manifest.space!.fingerprint ?? fingerprintOf(manifest.files)
  const { tokenizer } = tokens
  return familyEncoder(family, { name, fingerprint, config, weights, tokens, tokenizer, guide })
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
