import { join } from 'node:path'
import { lifetime, type Resource } from '../../core/disposable.ts'
import type { Encoder } from '../../core/encoder.ts'
import { check, VmmError } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { joinBlocks } from '../../core/rows.ts'
import { requireSameSpace, type Space } from '../../core/space.ts'
import { buildDocuments, type DocumentOptions } from './build.ts'
import { BATCH_SENTENCES, type DocumentInfo, type DroppedRows, INDEX_FILE, VECTORS_FILE } from './folder.ts'
import { readIndex } from './read_index.ts'

/** The sentences of a document and their vectors, in order. */
export interface VectorDocument extends DocumentInfo {
  /** Decoded at each call. */
  texts(): string[]
  /** f32 [count · dims] */
  readonly vectors: Float32Array
}

/** Encoded documents on disk, of which any one can be read. */
export interface VectorDocuments extends Resource<Promise<void>> {
  readonly space: Space
  readonly dims: number
  /** Number of documents. */
  readonly count: number
  /** Number of sentences. */
  readonly sentences: number
  readonly documents: readonly DocumentInfo[]
  readonly dropped: DroppedRows
  /** Sentences that are longer than the encoder reads: kept, but cut. */
  readonly truncated: number
  /** SHA-256 of the file that they were made from. */
  readonly sourceHash: string
  /** Reads one document. Throws VmmError BAD_ARGUMENT, BAD_FILE, DISPOSED. */
  document(index: number): Promise<VectorDocument>
  /** Reads the vectors of rows begin … end - 1 of a document into `into`, f32 [rows · dims], and nothing else. Throws likewise. */
  readRows(index: number, begin: number, end: number, into: Float32Array): Promise<void>
}

/**
 * Sentences of a file of documents (see readDocuments) as vectors: encoded on first use, kept in the cache directory,
 * read from there after that. Neither encoding nor reading ever holds all of them in memory.
 *
 * @param path JSON lines, one document a line
 * @throws VmmError NOT_FOUND, BAD_FILE naming line and field; SPACE_MISMATCH; the signal's reason
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { loadModel, openDocuments } from 'vector-mamba'
 *
 * await writeFile('tales.jsonl', '{"id": "tide", "domain": "sea", "text": "The tide turned. Nobody saw it."}\n')
 * const model = await loadModel()
 * const documents = await openDocuments('tales.jsonl', model, { cacheDir: 'cache' })
 * const tale = await documents.document(0)
 * console.log(tale.id, tale.group, tale.texts()) // tide sea [ 'The tide turned.', 'Nobody saw it.' ]
 * console.log(tale.vectors.length === tale.count * documents.dims) // true
 * await documents.dispose()
 * model.dispose()
 * ```
 */
export async function openDocuments(
  path: string,
  model: Encoder,
  options: DocumentOptions = {},
): Promise<VectorDocuments> {
  refuseUnknown(options, { cacheDir: true, signal: true, threads: true, onProgress: true })
  return openDocumentFolder(await buildDocuments(path, model, options), model)
}

/**
 * Opens a folder of encoded documents that exists.
 *
 * @throws VmmError NOT_FOUND; BAD_FILE when the files do not fit each other or the model; SPACE_MISMATCH
 */
export async function openDocumentFolder(
  folder: string,
  model: Pick<Encoder, 'space' | 'dims'>,
): Promise<VectorDocuments> {
  const damaged = (problem: string) =>
    new VmmError('BAD_FILE', `${folder}: ${problem}; delete it and it is made again`)
  const index = await readIndex(join(folder, INDEX_FILE))
  requireSameSpace(index, model)
  const { openVectorFile } = await import('./vector_file.ts')
  const { documents, dims } = index
  if (dims !== model.dims) throw damaged(`vectors of ${dims} numbers; those of the model have ${model.dims}`)
  const file = await openVectorFile(join(folder, VECTORS_FILE), index.space, dims)
  const batches = documents.at(-1)?.batches[1] ?? 0
  if (file.batches !== batches) {
    await file.close()
    throw damaged(`${file.batches} batches; the index says ${batches}`)
  }
  const life = lifetime('the documents were disposed', () => file.close())
  const known = (at: number) => {
    life.alive()
    const document = documents[at]
    check(document !== undefined, 'index', at, `0 … ${documents.length - 1}`)
    return document
  }
  return {
    space: index.space,
    dims,
    count: documents.length,
    sentences: documents.reduce((n, { count }) => n + count, 0),
    documents: documents.map(({ id, group, count }) => ({ id, group, count })),
    dropped: index.dropped,
    truncated: index.truncated,
    sourceHash: index.source.sha256,
    document: async (at) => {
      const { id, group, count, batches } = known(at)
      const parts: Awaited<ReturnType<typeof file.read>>[] = []
      for (let batch = 0; batch < batches[1] - batches[0]; batch++)
        parts.push(await file.read(batches[0] + batch, rowsIn(batch, count)))
      const vectors = joinBlocks(parts.map((part) => part.vectors))
      return { id, group, count, vectors, texts: () => parts.flatMap((part) => part.texts()) }
    },
    readRows: async (at, begin, end, into) => {
      const { count, batches } = known(at)
      const ok =
        Number.isInteger(begin) && Number.isInteger(end) && begin >= 0 && begin <= end && end <= count
      check(ok, 'rows', [begin, end], `a range of 0 … ${count}`)
      check(into.length === (end - begin) * dims, 'into', into, `${(end - begin) * dims} numbers`)
      for (let row = begin; row < end; ) {
        const batch = Math.floor(row / BATCH_SENTENCES)
        const first = batch * BATCH_SENTENCES
        const stop = Math.min(end, first + BATCH_SENTENCES)
        const part = into.subarray((row - begin) * dims, (stop - begin) * dims)
        await file.readRows(batches[0] + batch, rowsIn(batch, count), row - first, part)
        row = stop
      }
    },
    ...life.ends,
  }
}

/** Sentences in a batch of a document of `count`. */
function rowsIn(batch: number, count: number): number {
  return Math.min(BATCH_SENTENCES, count - batch * BATCH_SENTENCES)
}
