import { basename } from 'node:path'
import { type OpenBundle, openBundle } from '../../bundle/open.ts'
import { WEIGHTS_FILE } from '../../bundle/save.ts'
import { bundleFile, fingerprintOf } from '../../bundle/verify.ts'
import type { Encoder } from '../../core/encoder.ts'
import { VmmError } from '../../core/errors.ts'
import type { Tokens } from '../../core/tokenizer.ts'
import { parseJson } from '../../io/json.ts'
import { readSmallFile } from '../../io/read.ts'
import { type Lexicon, makeLexicon } from '../../text/lexicon.ts'
import { packWeights } from '../../weights/pack.ts'
import { openWeights, type WeightSet } from '../../weights/weight_set.ts'
import { loadEncoder } from '../load_encoder.ts'
import type { LoadOptions } from '../load_options.ts'
import { bundleTokens } from '../token_ids.ts'
import { type InverterConfig, inverterConfig } from './config.ts'
import { type Inverter, makeInverter } from './inverter.ts'
import { cosineLikeness, type Likeness, spreadParameters, whitenedLikeness } from './likeness.ts'
import { type InverterNetwork, makeInverterNetwork } from './network.ts'
import { inverterParameters } from './parameters.ts'
import {
  INVERTER_ARCHITECTURE,
  LEXICON_FILE,
  SPREAD_FILE,
  SURROGATE_CONFIG_FILE,
  SURROGATE_FILE,
} from './save.ts'
import { type SurrogateConfig, surrogateConfig, surrogateParameters } from './surrogate/forward.ts'
import { makeSurrogate, type Surrogate } from './surrogate/scorer.ts'

const MOST_CONFIG_BYTES = 1 << 20
const MOST_LEXICON_BYTES = 1 << 25

/**
 * Loads the bundle of an inverter; load_inverter.ts finds those that others have published as well.
 *
 * @param given what texts are encoded by; a model that is loaded, and goes with the inverter, when left out
 * @throws as loadInverter does
 */
export async function openInverter(
  name: string | undefined,
  given: Encoder | undefined,
  { cacheDir, signal }: LoadOptions,
): Promise<Inverter> {
  const parts = await loadInverterParts(name, { cacheDir, signal })
  let surrogate: Surrogate | null = null
  let own: Encoder | null = null
  const dispose = () => {
    parts.dispose()
    surrogate?.dispose()
    own?.dispose()
  }
  try {
    surrogate = await surrogateOf(parts.bundle)
    if (!given) own = await loadEncoder(undefined, { cacheDir, signal })
    return makeInverter({ ...parts, encoder: given ?? own!, surrogate, disposeParts: dispose })
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
  readonly network: InverterNetwork<Tokens>
  dispose(): void
}

/** How the decoder of a bundle is loaded. */
export interface LoadPartsOptions extends LoadOptions {
  /** `packed`, when left out, as kernels read weights fastest; `plain`: all of them in f32, so that gradients flow through. */
  readonly weights?: 'packed' | 'plain' | undefined
}

/** Loads the decoder of a bundle. Throws as loadInverter does. */
export async function loadInverterParts(
  name: string | undefined,
  { cacheDir, signal, weights: layout = 'packed' }: LoadPartsOptions,
): Promise<InverterBundle> {
  const bundle = await openBundle<InverterConfig>(name, 'inverter', INVERTER_ARCHITECTURE, inverterConfig, {
    cacheDir,
  })
  const { folder, manifest, config } = bundle
  signal?.throwIfAborted()
  const tokens = await bundleTokens(bundle)
  const lexicon = await lexiconOf(bundle)
  const specs = inverterParameters(config)
  const isPlain = layout === 'plain'
  const likeness = await likenessOf(bundle)
  let weights: WeightSet
  try {
    const opened = await openWeights([bundleFile(folder, manifest, WEIGHTS_FILE)], {
      specs,
      ...(isPlain && { cast: () => 'f32' }),
    })
    weights = isPlain ? opened : await packWeights(opened, specs, { signal, tied: { head: 'tokens.weight' } })
  } catch (error) {
    likeness.dispose()
    throw error
  }
  const network = makeInverterNetwork(config, weights, tokens, lexicon, likeness)
  return {
    bundle,
    name: basename(folder),
    fingerprint: fingerprintOf(manifest.files),
    network,
    dispose: network.dispose,
  }
}

/** The words of a bundle that names them. */
async function lexiconOf({ folder, manifest }: OpenBundle<InverterConfig>): Promise<Lexicon | null> {
  if (!Object.hasOwn(manifest.files, LEXICON_FILE)) return null
  const path = bundleFile(folder, manifest, LEXICON_FILE)
  const text = (await readSmallFile(path, MOST_LEXICON_BYTES)).toString()
  try {
    return makeLexicon(text.trimEnd().split('\n'))
  } catch (cause) {
    throw new VmmError('BAD_FILE', `${path}: ${(cause as Error).message}`, { cause })
  }
}

/** How a bundle compares vectors. */
async function likenessOf({ folder, manifest, config }: OpenBundle<InverterConfig>): Promise<Likeness> {
  if (!Object.hasOwn(manifest.files, SPREAD_FILE)) return cosineLikeness
  const specs = spreadParameters(config.dims)
  const opened = await openWeights([bundleFile(folder, manifest, SPREAD_FILE)], { specs })
  return whitenedLikeness(config.dims, opened)
}

/** The surrogate of a bundle that has one. */
async function surrogateOf({
  folder,
  manifest,
  config,
}: OpenBundle<InverterConfig>): Promise<Surrogate | null> {
  if (!Object.hasOwn(manifest.files, SURROGATE_FILE)) return null
  const path = bundleFile(folder, manifest, SURROGATE_CONFIG_FILE)
  const text = (await readSmallFile(path, MOST_CONFIG_BYTES)).toString()
  const json = parseJson(text, `${path}: cannot read`)
  let read: SurrogateConfig
  try {
    read = surrogateConfig(json as Partial<SurrogateConfig>)
  } catch (cause) {
    throw new VmmError('BAD_FILE', `${path}: ${(cause as Error).message}`, { cause })
  }
  for (const name of ['space', 'dims', 'vocabulary', 'capacityTokens'] as const)
    if (read[name] !== config[name])
      throw new VmmError('BAD_FILE', `${path}: ${name} ${read[name]}; the inverter has ${config[name]}`)
  const specs = surrogateParameters(read)
  const opened = await openWeights([bundleFile(folder, manifest, SURROGATE_FILE)], { specs })
  return makeSurrogate(read, await packWeights(opened, specs))
}
