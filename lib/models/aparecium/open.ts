import { createHash } from 'node:crypto'
import { basename, dirname, join, resolve } from 'node:path'
import type { Encoder } from '../../core/encoder.ts'
import { VmmError } from '../../core/errors.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { sha256Once } from '../../io/hash_once.ts'
import { isFile } from '../../io/look.ts'
import { type Checkpoint, openCheckpoint } from '../../weights/checkpoint.ts'
import { preparedWeights } from '../../weights/prepared.ts'
import { type WeightSet, weightSet } from '../../weights/weight_set.ts'
import type { InverterConfig } from '../inverter/config.ts'
import type { Inverter } from '../inverter/inverter.ts'
import { cosineLikeness } from '../inverter/likeness.ts'
import { makeInverterNetwork } from '../inverter/network.ts'
import type { SurrogateConfig } from '../inverter/surrogate/forward.ts'
import { makeSurrogate } from '../inverter/surrogate/scorer.ts'
import { loadEncoder } from '../load_encoder.ts'
import type { LoadOptions } from '../load_options.ts'
import { decoderPart } from './decoder.ts'
import { SURROGATE_FILE, tokenizerFolder } from './find.ts'
import { type ApareciumParts, apareciumHabits, makeApareciumInverter } from './inverter.ts'
import { type ApareciumOptions, apareciumOptions } from './options.ts'
import { type ApareciumSizes, apareciumSizes, checkHeads, surrogateSizes } from './sizes.ts'
import { makeSketcher, sketcherPart } from './sketcher.ts'
import { apareciumCosines, surrogatePart, surrogatePrefix } from './surrogate.ts'
import { readByteTokens } from './tokens.ts'
import { checkParts, partsPreparation, type WeightsPart } from './weights.ts'

/** Vectors of this model are what Aparecium v2 reads. */
const ENCODER = 'mpnet'
/** Raised when what is kept of weights changes, so that older caches are left alone. */
const FORMAT = 1

export interface OpenApareciumOptions extends LoadOptions, ApareciumOptions {
  /** Stays the caller's. */
  readonly encoder?: Encoder | undefined
}

/**
 * Opens a checkpoint of Aparecium v2 as its trainers save it (SentiChain): a dict of adapter, sketcher and decoder, whose
 * pickle is read without executing anything.
 *
 * @param path its file
 * @throws VmmError NOT_FOUND for a missing tokenizer, surrogate or encoder; BAD_FILE naming file and tensor; UNSUPPORTED for
 *   pickles that ask for more than state dicts do; SPACE_MISMATCH for an encoder of other dims; BAD_ARGUMENT for options
 */
export async function openAparecium(path: string, options: OpenApareciumOptions): Promise<Inverter> {
  const parts = await openApareciumParts(path, options)
  try {
    return makeApareciumInverter(parts)
  } catch (error) {
    parts.disposeParts()
    throw error
  }
}

/** What an inverter is made of. Throws as openAparecium does. */
export async function openApareciumParts(
  path: string,
  options: OpenApareciumOptions,
): Promise<ApareciumParts> {
  const { tokenizer, surrogate, heads, maxTokens } = apareciumOptions(options)
  const { signal, cacheDir = cacheDirectory(), encoder: given } = options
  const undo: (() => void)[] = []
  const dispose = () => {
    for (const free of undo.splice(0).reverse()) free()
  }
  try {
    using checkpoint = await openCheckpoint(path)
    using other = await surrogateFile(path, surrogate)
    const sizes = apareciumSizes(checkpoint)
    checkHeads(heads, sizes.dModel)
    const guesses = surrogate === false ? null : surrogateOf(other ?? checkpoint, sizes, { heads, maxTokens })
    if (other !== null && guesses === null)
      throw new VmmError(
        'BAD_FILE',
        `${other.files.join(', ')}: no surrogate: neither surrogate_r nor scorer`,
      )
    const parts: Parts = {
      decoder: decoderPart(checkpoint, sizes),
      surrogate: guesses?.part ?? null,
      sketcher: sketcherPart(checkpoint, sizes.dims),
    }
    checkParts(Object.values(parts).filter((part) => part !== null))
    const folder = tokenizer === undefined ? await tokenizerFolder(path) : resolve(tokenizer)
    const bytes = await readByteTokens(folder, sizes.vocabulary)

    const encoder = given ?? (await loadEncoder(ENCODER, { cacheDir, signal }))
    if (!given) undo.push(() => encoder.dispose())
    const { space, dims } = encoder
    if (dims !== sizes.dims)
      throw new VmmError(
        'SPACE_MISMATCH',
        `${path}: reads vectors of ${sizes.dims} dims, as all-mpnet-base-v2 makes them; those of ${encoder.name} have ${dims}`,
      )
    const hashes: string[] = []
    for (const file of [...checkpoint.files, ...(other?.files ?? [])]) {
      signal?.throwIfAborted()
      hashes.push(await sha256Once(file, cacheDir))
    }
    const has = Object.values(parts).map((part) => part !== null)
    const key = hashOf({ FORMAT, hashes, sizes, has })
    const weights = await partWeights(join(cacheDir, 'weights', key), parts, signal)
    undo.push(() => {
      for (const set of Object.values(weights)) set?.dispose()
    })
    const config = configOf(sizes, space, { heads, maxTokens, end: bytes.end })
    const habits = apareciumHabits(bytes)
    const network = makeInverterNetwork(config, weights.decoder!, bytes.tokens, null, cosineLikeness, habits)
    const guessing =
      guesses && makeSurrogate({ ...guesses.config, space }, weights.surrogate!, apareciumCosines)
    const sketcher = weights.sketcher && makeSketcher(dims, weights.sketcher)
    undo.push(() => {
      network.dispose()
      guessing?.dispose()
      sketcher?.dispose()
    })
    return {
      ...{
        name: basename(path),
        fingerprint: hashOf({ key, heads, maxTokens, tokens: await tokenHash(folder, cacheDir) }),
      },
      ...{ bytes, network, encoder, surrogate: guessing, sketcher, disposeParts: dispose },
    }
  } catch (error) {
    dispose()
    throw error
  }
}

type PartName = 'decoder' | 'surrogate' | 'sketcher'
type Parts = Readonly<Record<PartName, WeightsPart | null>>

/** The checkpoint of the surrogate, where it is a file of its own. Throws NOT_FOUND for one that is asked for. */
async function surrogateFile(path: string, asked: string | false | undefined): Promise<Checkpoint | null> {
  if (asked === false) return null
  const file = asked ?? join(dirname(path), SURROGATE_FILE)
  if (asked === undefined && !(await isFile(file))) return null
  return openCheckpoint(file)
}

/** The surrogate of a checkpoint that has one, which must be of the same vectors and tokens. */
function surrogateOf(
  checkpoint: Checkpoint,
  { dims, vocabulary }: ApareciumSizes,
  { heads, maxTokens }: { readonly heads: number; readonly maxTokens: number },
): { readonly config: Omit<SurrogateConfig, 'space'>; readonly part: WeightsPart } | null {
  const prefix = surrogatePrefix(checkpoint)
  if (prefix === null) return null
  const sizes = surrogateSizes(checkpoint, prefix)
  if (sizes.vocabulary !== vocabulary)
    throw new VmmError(
      'BAD_FILE',
      `${checkpoint.files.join(', ')}: a surrogate of ${sizes.vocabulary} tokens; the decoder has ${vocabulary}`,
    )
  checkHeads(heads, sizes.dModel)
  const config = { ...sizes, dims, heads, capacityTokens: maxTokens }
  return { config, part: surrogatePart(checkpoint, prefix, { ...config, space: '' }) }
}

function configOf(
  { scales, ...sizes }: ApareciumSizes,
  space: string,
  { heads, maxTokens, end }: { readonly heads: number; readonly maxTokens: number; readonly end: number },
): InverterConfig {
  return {
    ...sizes,
    ...{ space, scales, heads, start: end, end, capacityTokens: maxTokens },
    ...{ adapterHidden: 0, directUnits: 0, preTanh: false, vectorInTokens: false, wordHints: false },
    ...{ noiseRange: null, hypothesisLayers: 0, languageNll: 0, postNorm: true },
  }
}

/** The weights of all parts, which lie in one prepared file; each set frees its own. */
async function partWeights(
  folder: string,
  parts: Parts,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<PartName, WeightSet | null>>> {
  const there = Object.entries(parts).flatMap(([part, weights]) => {
    if (weights === null) return []
    const named = <W extends { readonly name: string }>(all: readonly W[]) =>
      all.map((weight) => ({ ...weight, name: `${part}.${weight.name}` }))
    return [{ ...weights, derived: named(weights.derived), fixed: named(weights.fixed) }]
  })
  const all = await preparedWeights(folder, partsPreparation(there, { signal }), signal)
  const of = (part: PartName) => {
    if (parts[part] === null) return null
    const own = Object.entries(all.tensors).flatMap(([name, tensor]) =>
      name.startsWith(`${part}.`) ? [[name.slice(part.length + 1), tensor] as const] : [],
    )
    return weightSet(Object.fromEntries(own))
  }
  return { decoder: of('decoder'), surrogate: of('surrogate'), sketcher: of('sketcher') }
}

/** Of the files that the tokens are read from. */
async function tokenHash(folder: string, cacheDir: string): Promise<string> {
  const hashes: string[] = []
  for (const name of ['tokenizer.json', 'vocab.json', 'merges.txt']) {
    const path = join(folder, name)
    if (await isFile(path)) hashes.push(await sha256Once(path, cacheDir))
  }
  return hashOf(hashes)
}

function hashOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
