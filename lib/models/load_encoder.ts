import { basename } from 'node:path'
import { BUNDLE_KINDS } from '../bundle/kinds.ts'
import type { Encoder } from '../core/encoder.ts'
import { cacheDirectory } from '../io/cache_dir.ts'
import { openEncoder, openNamed } from './encoder/load.ts'
import { NAMED_MODELS } from './families/index.ts'
import { encoderFolder, isPublished } from './published/find.ts'
import {
  checkLoadEncoderOptions,
  type LoadEncoderOptions,
  refusePublishedOptions,
} from './published/options.ts'

/**
 * Loads an encoder: a model known by its name (`use-lite`, Universal Sentence Encoder Lite, 512-D, the offline default),
 * the folder of a bundle, or an installed package that is one; or a published model: its folder, its repository
 * (`sentence-transformers/all-MiniLM-L6-v2`) or its short name (`minilm`), once it was downloaded by `vmm pull` or Python.
 * `download: true` fetches what is not there. Throws VmmError NOT_FOUND, BAD_FILE (also when a bundle does not give its
 * golden vectors), UNSUPPORTED naming an architecture that is not known, BAD_ARGUMENT for options that a model does not
 * have; what pullModel throws.
 *
 * @example
 * ```js
 * import { loadEncoder } from 'vector-mamba'
 *
 * const model = await loadEncoder('use-lite') // or a folder, a package, a repository
 * const { vectors, truncated } = await model.encode(['The tide was going out.', 'Water left the bay.'])
 * console.log(vectors.space, vectors.count, truncated) // use-lite-512 2 []
 * model.dispose()
 * ```
 */
export async function loadEncoder(name?: string, options: LoadEncoderOptions = {}): Promise<Encoder> {
  checkLoadEncoderOptions(options)
  const { cacheDir = cacheDirectory(), signal } = options
  const bundled = name ?? BUNDLE_KINDS.encoder.default
  if (Object.hasOwn(NAMED_MODELS, bundled)) {
    refusePublishedOptions(options, bundled)
    return openNamed(bundled, cacheDir, signal)
  }
  const folder = await encoderFolder(bundled, options)
  signal?.throwIfAborted()
  if (await isPublished(folder)) {
    const { openPublished } = await import('./published/open.ts') // with tokenizers and readers that bundles do without
    return openPublished(folder, bundled, cacheDir, options)
  }
  refusePublishedOptions(options, folder)
  return openEncoder(basename(folder), folder, cacheDir, signal)
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
