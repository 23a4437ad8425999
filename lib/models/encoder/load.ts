import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fingerprintOf } from '../../bundle/fingerprint.ts'
import { type Manifest, readManifest, verifySizes } from '../../bundle/manifest.ts'
import { badArgument, describe, VmmError } from '../../core/errors.ts'
import { toFloat32 } from '../../graph/program.ts'
import { programCache } from '../../graph/program_cache.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import { readTensor } from '../../tensor/device_tensor.ts'
import { createUnigramTokenizer } from '../../text/tokenizers/unigram.ts'
import { readVocabulary } from '../../text/tokenizers/vocabulary.ts'
import { mapWeights } from '../../weights/map.ts'
import { packWeights } from '../../weights/pack.ts'
import { USE_LITE, useLiteBundle } from '../families/use_lite/convert.ts'
import { type UseLiteConfig, useLite } from '../families/use_lite/forward.ts'
import { makeUseLiteGuide } from '../families/use_lite/guide.ts'
import { type Encoder, makeEncoder } from './encoder.ts'

export interface LoadOptions {
  /** Where converted bundles are kept; the user's cache directory when left out. */
  readonly cacheDir?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Loads an encoder: `use-lite` (Universal Sentence Encoder Lite, 512-D, the offline default) or the folder of a
 * bundle. Throws VmmError NOT_FOUND, BAD_FILE (also when it does not give its golden vectors) or UNSUPPORTED.
 */
export async function loadModel(name = 'use-lite', options: LoadOptions = {}): Promise<Encoder> {
  if (typeof name !== 'string' || name === '')
    throw badArgument('name', describe(name), "'use-lite' or a bundle's folder")
  const folder =
    name === 'use-lite'
      ? await useLiteBundle({
          ...(options.cacheDir === undefined ? {} : { cache: options.cacheDir }),
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        })
      : await existingFolder(name)
  options.signal?.throwIfAborted()
  try {
    return await loadBundle(folder, options.signal)
  } catch (error) {
    const damaged = error instanceof VmmError && (error.code === 'BAD_FILE' || error.code === 'NOT_FOUND')
    if (name !== 'use-lite' || !damaged) throw error
    const message = `${error.message}; delete ${folder} and it is made again`
    throw new VmmError(error.code, message, { cause: error })
  }
}

async function loadBundle(folder: string, signal: AbortSignal | undefined): Promise<Encoder> {
  const manifest = await readManifest(folder)
  if (manifest.kind !== 'encoder' || manifest.space !== USE_LITE.space)
    throw new VmmError(
      'UNSUPPORTED',
      `${folder}: a bundle of kind '${manifest.kind}' and space '${manifest.space}'; this version loads encoders of '${USE_LITE.space}'`,
    )
  await verifySizes(folder, manifest)
  const model = await loadUseLite(folder, fingerprintOf(manifest))
  try {
    await verifyGolden(model, manifest, folder, signal)
  } catch (error) {
    model.dispose()
    // The model refuses tensors that are missing or have other shapes.
    const refused = error instanceof VmmError && /^(BAD_ARGUMENT|NOT_FOUND)$/.test(error.code)
    throw refused ? new VmmError('BAD_FILE', `${folder}: ${error.message}`, { cause: error }) : error
  }
  return model
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

async function existingFolder(path: string): Promise<string> {
  const found = await stat(path).catch(() => null)
  if (!found?.isDirectory())
    throw new VmmError('NOT_FOUND', `model '${path}': not a known name ('use-lite') and not a folder`, {
      argument: 'name',
    })
  return path
}

async function loadUseLite(folder: string, fingerprint: string): Promise<Encoder> {
  const vocabulary = await readVocabulary(join(folder, USE_LITE.vocabulary))
  const tokenizer = createUnigramTokenizer(vocabulary)
  const weights = await mapWeights(join(folder, USE_LITE.weights))
  const timing = weights.get('timing.inv_freq')
  if (!timing) throw new VmmError('BAD_FILE', `${folder}: no tensor timing.inv_freq`)
  await packWeights(weights)
  const config: UseLiteConfig = { layers: 2, inverseFrequencies: [...readTensor(timing)] }
  const weightSpecs = Object.fromEntries(
    [...weights].map(([name, t]): [string, BindingSpec] => [
      name,
      { kind: 'weight', dtype: t.dtype, shape: t.shape },
    ]),
  )
  const handles = Object.fromEntries(weights)
  const programs = programCache()
  const guide = makeUseLiteGuide(folder, vocabulary, config)
  return makeEncoder({
    guide,
    name: 'use-lite',
    space: USE_LITE.space,
    dims: USE_LITE.dims,
    capacityTokens: USE_LITE.capacityTokens,
    fingerprint,
    tokenize: (texts) => tokenizer.encodeBatch(texts, USE_LITE.capacityTokens),
    program: ({ rows, sequences }) =>
      programs.get(useLite, config, {
        ...weightSpecs,
        ids: { kind: 'input', dtype: 'i32', shape: [rows], live: 'rows' },
        positions: { kind: 'input', dtype: 'i32', shape: [rows], live: 'rows' },
        offsets: { kind: 'input', dtype: 'i32', shape: [sequences + 1] },
      }),
    run: async (program, { ids, positions, offsets }, { signal, threads, device }) => {
      const bindings = { ...handles, ids, positions, offsets }
      const { vectors } = await program.run(bindings, {
        scalars: { rows: ids.length },
        signal,
        threads,
        device,
      })
      return toFloat32(vectors!)
    },
    dispose: () => {
      guide.dispose()
      programs.dispose()
      for (const tensor of weights.values()) tensor.dispose()
    },
  })
}
