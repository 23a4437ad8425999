import { createHash } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Encoder } from '../../core/encoder.ts'
import { check } from '../../core/errors.ts'
import type { OptionNames } from '../../core/options.ts'
import { buildInParts } from '../../io/build_once.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { openStore } from '../../store/open_store.ts'
import type { WordNetScope } from '../wordnet/concepts.ts'
import { type ConceptSource, type TextConcept, versionOf, wordNet } from './source.ts'

/** Raised when the same concepts make another store. */
const FORMAT = 2
/** Concepts that are encoded and kept at a time: what a cancelled build loses. */
const PART = 2048
/** The folder of the store, in that of its concepts. */
export const STORE = 'store'

/** Which concepts there are, and how they are encoded on first use. */
export interface OpenConceptsOptions {
  /** Which meanings of WordNet: those in use (default), or all. */
  readonly scope?: WordNetScope | undefined
  /** Other concepts than WordNet's; `scope` means nothing then. */
  readonly concepts?: ConceptSource | undefined
  /** Where their stores are kept. Default `cacheDirectory()`. */
  readonly cacheDir?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Threads to encode with. */
  readonly threads?: number | undefined
  /** Called while concepts are encoded, not when they are there. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

export const OPEN_CONCEPTS_OPTIONS = {
  scope: true,
  concepts: true,
  cacheDir: true,
  signal: true,
  threads: true,
  onProgress: true,
} as const satisfies OptionNames<OpenConceptsOptions>

/** The folder of some concepts; another one for other weights and other concepts. */
export async function conceptsFolder(
  model: Encoder,
  source: ConceptSource,
  cacheDir: string,
): Promise<string> {
  const { name } = source
  check(/^[a-z0-9-]{1,64}$/.test(name), 'concepts.name', name, "lower-case letters, digits and '-'")
  const key = JSON.stringify([FORMAT, model.fingerprint, name, await versionOf(source)])
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16)
  return join(cacheDir, 'concepts', `${model.space}-${name}-${hash}`)
}

/**
 * The folder of concepts whose store is in it, made when it is missing. Processes that ask at the same time wait for one of
 * them. A build that was cancelled or killed goes on where it stopped; one that failed leaves nothing.
 *
 * @throws VmmError when WordNet is missing or the cache is not writable; BAD_ARGUMENT for what are no concepts; what `encode`
 *   throws; the signal's reason
 */
export async function buildConcepts(model: Encoder, options: OpenConceptsOptions = {}): Promise<string> {
  const { cacheDir = cacheDirectory(), signal } = options
  const source = loadedOnce(options.concepts ?? wordNet(options.scope))
  return buildInParts(
    await conceptsFolder(model, source, cacheDir),
    async (temporary, parts) => {
      const place = join(parts, STORE)
      await fillStore(place, model, source, options)
      await rename(place, join(temporary, STORE))
    },
    signal,
  )
}

function loadedOnce<Source extends ConceptSource>(source: Source): Source {
  let loaded: Promise<readonly TextConcept[]> | undefined
  return { ...source, load: () => (loaded ??= source.load()) }
}

/** Encodes part after part. The store keeps each as soon as it is done, so that it need not be done again. */
async function fillStore(
  place: string,
  model: Encoder,
  source: ConceptSource,
  { signal, threads, onProgress }: OpenConceptsOptions,
): Promise<void> {
  const { space, dims, name, fingerprint } = model
  const concepts = await source.load()
  const { length } = concepts
  await using store = await openStore(place)
  await store.addSpace(space, dims, { name, fingerprint, options: {} })
  for (let first = await store.count(); first < length; first += PART) {
    signal?.throwIfAborted()
    const part = concepts.slice(first, first + PART)
    const { vectors } = await model.encode(
      part.map(({ text }) => text),
      { signal, threads, onProgress: (done) => onProgress?.(first + done, length) },
    )
    const records = part.map((concept, i) => ({
      originModel: name,
      ...concept,
      vectors: { [space]: vectors.row(i) },
    }))
    await store.upsert(records, { signal })
    onProgress?.(first + part.length, length)
  }
  await store.link(source.relations?.(concepts) ?? [], { signal })
}
