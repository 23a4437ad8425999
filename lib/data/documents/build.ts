import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Encoder } from '../../core/encoder.ts'
import { VmmError } from '../../core/errors.ts'
import { buildInParts } from '../../io/build_once.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { atomicWrite } from '../../io/files.ts'
import { sha256File } from '../../io/hash.ts'
import { readDocuments, type SourceDocument } from '../sources.ts'
import { BATCH_SENTENCES, type DocumentIndex, INDEX_FILE, VECTORS_FILE } from './folder.ts'
import type { VectorFileWriter } from './vector_file.ts'

/** Raised when the files, or the sentences found in a source, change. */
const FORMAT = 2
/** Sentences that are encoded and kept at a time: what a killed build loses. */
const PART_SENTENCES = 8192
const PART_CHARACTERS = 1 << 22

/** How sentences of documents are encoded on first use. */
export interface DocumentOptions {
  /** Where vectors are kept. Default `cacheDirectory()`. */
  readonly cacheDir?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Threads to encode with. */
  readonly threads?: number | undefined
  /** Called with the sentences done so far, while they are encoded. */
  readonly onProgress?: ((sentences: number) => void) | undefined
}

/**
 * The folder of a source's vectors, made when it is missing. Processes that ask at the same time wait for one of them;
 * a build that was cancelled or killed goes on where it stopped; one that failed leaves nothing.
 */
export async function buildDocuments(
  path: string,
  model: Encoder,
  options: DocumentOptions,
): Promise<string> {
  const { cacheDir = cacheDirectory(), signal } = options
  const sha256 = await sha256File(path)
  const key = JSON.stringify([FORMAT, sha256, model.fingerprint])
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16)
  const name = basename(path).replace(/[^A-Za-z0-9]+/g, '-')
  const folder = join(cacheDir, 'documents', `${model.space}-${name.slice(0, 64)}-${hash}`)
  return buildInParts(
    folder,
    async (temporary, parts) => {
      const { createVectorFile } = await import('./vector_file.ts')
      const file = await createVectorFile(join(temporary, VECTORS_FILE), model.space, model.dims)
      try {
        const index = await encodeInto(file, path, model, parts, options)
        await file.finish()
        const source = { name: basename(path), sha256 }
        const json = { space: model.space, dims: model.dims, source, ...index } satisfies DocumentIndex
        await atomicWrite(join(temporary, INDEX_FILE), [JSON.stringify(json)])
      } finally {
        await file.close()
      }
    },
    signal,
  )
}

/** Some whole documents, cleaned, that are encoded together. */
interface Part {
  readonly documents: { readonly id: string; readonly group: string; readonly texts: string[] }[]
  texts: number
  characters: number
}

async function encodeInto(
  file: VectorFileWriter,
  path: string,
  model: Encoder,
  parts: string,
  { signal, threads, onProgress }: DocumentOptions,
): Promise<Omit<DocumentIndex, 'space' | 'dims' | 'source'>> {
  const documents: DocumentIndex['documents'][number][] = []
  const dropped = { empty: 0, repeated: 0, unusable: 0, documents: 0 }
  let truncated = 0
  let batches = 0
  let done = 0
  let number = 0

  const encodePart = async (part: Part): Promise<void> => {
    const texts = part.documents.flatMap((document) => document.texts)
    const file = join(parts, `${number++}.f32`)
    let known = await readPart(file, texts.length, model.dims)
    if (known === null) {
      const encoded = await model.encode(texts, {
        signal,
        threads,
        onProgress: (count) => onProgress?.(done + count),
      })
      known = { vectors: encoded.vectors.toFloat32Array(), truncated: encoded.truncated.length }
      await atomicWrite(file, [encodeCount(known.truncated), bytesOf(known.vectors)])
    }
    truncated += known.truncated
    let row = 0
    for (const document of part.documents) {
      await addDocument(document, known.vectors, row)
      row += document.texts.length
    }
    done += texts.length
    onProgress?.(done)
  }

  const addDocument = async (
    { id, group, texts }: Part['documents'][number],
    vectors: Float32Array,
    first: number,
  ): Promise<void> => {
    const { dims } = model
    const rowOf = (i: number) => vectors.subarray((first + i) * dims, (first + i + 1) * dims)
    const kept = texts.flatMap((_, i) => (isUsable(rowOf(i)) ? [i] : []))
    dropped.unusable += texts.length - kept.length
    if (kept.length === 0) {
      dropped.documents++
      return
    }
    const start = batches
    for (let from = 0; from < kept.length; from += BATCH_SENTENCES) {
      const rows = kept.slice(from, from + BATCH_SENTENCES)
      const data = new Float32Array(rows.length * dims)
      for (const [to, i] of rows.entries()) data.set(rowOf(i), to * dims)
      signal?.throwIfAborted()
      await file.write({ document: id, group, texts: rows.map((i) => texts[i]!), vectors: data })
      batches++
    }
    documents.push({ id, group, count: kept.length, batches: [start, batches] })
  }

  let part: Part = { documents: [], texts: 0, characters: 0 }
  for await (const document of readDocuments(path, signal)) {
    const texts = clean(document, dropped)
    part.documents.push({ id: document.id, group: document.group, texts })
    part.texts += texts.length
    part.characters += texts.reduce((n, text) => n + text.length, 0)
    if (part.texts < PART_SENTENCES && part.characters < PART_CHARACTERS) continue
    await encodePart(part)
    part = { documents: [], texts: 0, characters: 0 }
  }
  if (part.documents.length > 0) await encodePart(part)
  if (documents.length === 0) throw new VmmError('BAD_FILE', `${path}: no document with a sentence in it`)
  return { dropped, truncated, documents }
}

/** Sentences worth encoding: empty ones and those that repeat the one before them are left out. */
function clean({ sentences }: SourceDocument, dropped: { empty: number; repeated: number }): string[] {
  const texts: string[] = []
  for (const text of sentences) {
    if (text === '') dropped.empty++
    else if (text === texts.at(-1)) dropped.repeated++
    else texts.push(text)
  }
  return texts
}

function isUsable(vector: Float32Array): boolean {
  let squares = 0
  for (const x of vector) squares += x * x
  return Number.isFinite(squares) && squares > 0
}

function bytesOf(vectors: Float32Array): Uint8Array {
  return new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength)
}

/** A part of an earlier build, or null: the number of truncated texts as 4 bytes, then the vectors. */
async function readPart(
  path: string,
  rows: number,
  dims: number,
): Promise<{ vectors: Float32Array; truncated: number } | null> {
  const bytes = await readFile(path).catch(() => null)
  if (bytes?.byteLength !== 4 + 4 * rows * dims) return null
  const vectors = new Float32Array(Uint8Array.from(bytes.subarray(4)).buffer)
  return { vectors, truncated: bytes.readUInt32LE(0) }
}

function encodeCount(count: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(count, 0)
  return bytes
}
