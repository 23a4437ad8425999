import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fingerprintOf } from '../../bundle/fingerprint.ts'
import { bundleWeights, type OpenBundle, openBundle } from '../../bundle/open.ts'
import { VmmError } from '../../core/errors.ts'
import { fileError } from '../../io/files.ts'
import { readVocabulary } from '../../text/tokenizers/vocabulary.ts'
import { packWeights } from '../../weights/pack.ts'
import type { Encoder } from '../encoder/encoder.ts'
import { type LoadOptions, loadModel } from '../encoder/load.ts'
import { type InverterConfig, inverterConfig } from './config.ts'
import { type InverterEngine, makeInverterEngine } from './engine.ts'
import type { GuidedEncoder } from './guided_encoder.ts'
import { type Inverter, makeInverter } from './inverter.ts'
import { inverterParameters } from './parameters.ts'
import { SURROGATE_CONFIG_FILE, SURROGATE_FILE, VOCABULARY_FILE } from './save.ts'
import { type SurrogateConfig, surrogateConfig, surrogateParameters } from './surrogate/forward.ts'
import { makeSurrogate, type Surrogate } from './surrogate/scorer.ts'
import { type Tokens, tokensOf } from './tokens.ts'

export interface LoadInverterOptions extends LoadOptions {
  /** What texts are encoded by to be compared with their vectors; it stays the caller's. Default: use-lite. */
  readonly encoder?: GuidedEncoder | undefined
}

/**
 * Loads an inverter: the folder of a bundle, or the name of an installed package that is one. Throws VmmError
 * NOT_FOUND; BAD_FILE for files that were cut, altered or belong to a model of another shape; UNSUPPORTED for bundles
 * of another kind; SPACE_MISMATCH for an encoder of another space.
 */
export async function loadInverter(name: string, options: LoadInverterOptions = {}): Promise<Inverter> {
  const { signal, cacheDir } = options
  const parts = await loadInverterParts(name, { signal })
  let surrogate: Surrogate | null = null
  let own: Encoder | null = null
  const dispose = () => {
    parts.dispose()
    surrogate?.dispose()
    own?.dispose()
  }
  try {
    surrogate = await surrogateOf(parts.bundle)
    if (!options.encoder) own = await loadModel('use-lite', { cacheDir, signal })
    return makeInverter({ ...parts, encoder: options.encoder ?? own!, surrogate, disposeParts: dispose })
  } catch (error) {
    dispose()
    throw error
  }
}

/** The decoder of a bundle, without what judges its texts. */
export interface InverterBundle {
  readonly bundle: OpenBundle<InverterConfig>
  readonly name: string
  readonly fingerprint: string
  readonly engine: InverterEngine
  readonly tokens: Tokens
  dispose(): void
}

/** Loads the decoder of a bundle. Throws as loadInverter does. */
export async function loadInverterParts(
  name: string,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<InverterBundle> {
  const bundle = await openBundle<InverterConfig>(name, 'inverter', inverterConfig)
  const { folder, manifest, config } = bundle
  signal?.throwIfAborted()
  const path = join(folder, VOCABULARY_FILE)
  const tokens = tokensOf(await readVocabulary(path))
  if (tokens.pieces.size !== config.vocabulary)
    throw new VmmError(
      'BAD_FILE',
      `${path}: ${tokens.pieces.size} pieces; the model has ${config.vocabulary}`,
    )
  const weights = await bundleWeights(folder, inverterParameters(config))
  const disposeWeights = () => {
    for (const tensor of weights.values()) tensor.dispose()
  }
  try {
    await packWeights(weights, { signal }, { head: 'tokens.weight' })
    const engine = makeInverterEngine(config, Object.fromEntries(weights))
    const dispose = () => {
      engine.programs.dispose()
      disposeWeights()
    }
    return {
      bundle,
      name: basename(folder),
      fingerprint: fingerprintOf(manifest),
      engine,
      tokens,
      dispose,
    }
  } catch (error) {
    disposeWeights()
    throw error
  }
}

/** The surrogate of a bundle that has one. */
async function surrogateOf({
  folder,
  manifest,
  config,
}: OpenBundle<InverterConfig>): Promise<Surrogate | null> {
  if (!(SURROGATE_FILE in manifest.files)) return null
  const path = join(folder, SURROGATE_CONFIG_FILE)
  let read: SurrogateConfig
  try {
    read = surrogateConfig(JSON.parse(await readFile(path, 'utf8')) as Partial<SurrogateConfig>)
  } catch (cause) {
    if (!(cause instanceof VmmError)) throw fileError(path, 'read', cause)
    throw new VmmError('BAD_FILE', `${path}: ${cause.message}`, { cause })
  }
  for (const name of ['space', 'dims', 'vocabulary', 'capacityTokens'] as const)
    if (read[name] !== config[name])
      throw new VmmError('BAD_FILE', `${path}: ${name} ${read[name]}; the inverter has ${config[name]}`)
  const weights = await bundleWeights(folder, surrogateParameters(read), SURROGATE_FILE)
  await packWeights(weights)
  return makeSurrogate(read, Object.fromEntries(weights))
}
