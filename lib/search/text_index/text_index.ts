import { resolve } from 'node:path'
import { lifetime, type Resource } from '../../core/disposable.ts'
import type { Encoder } from '../../core/encoder.ts'
import { badArgument, check, describe, VmmError } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../core/run_options.ts'
import { isVectors, trustedVectors, type Vectors } from '../../core/vectors.ts'
import { foundConcepts } from '../../store/nearest_concepts.ts'
import { openStore } from '../../store/open_store.ts'
import type { StoredConcept } from '../../store/record.ts'
import type { ConceptStore, Found, WriteOptions } from '../../store/store.ts'
import { type FoundFiles, findFiles } from '../files/find.ts'
import { watchFolders } from '../files/watch.ts'
import { documentNames } from './document_names.ts'
import { type FileCounts, type FileFailure, fileChanges } from './file_changes.ts'
import { hybridSearch } from './hybrid.ts'
import {
  type AddFilesOptions,
  checkAddFilesOptions,
  checkIndexOptions,
  checkSearchOptions,
  type IndexTextsOptions,
  type SearchTextsOptions,
} from './options.ts'
import { type OwnTexts, textChanges } from './text_changes.ts'
import { type Change, type WrittenTexts, writeChanges } from './write_changes.ts'

/** A text of an index, and how near it is: the cosine of the angle between its vector and the query's. */
export interface TextHit extends StoredConcept {
  readonly cosine: number
}

/** What reading files has changed in an index. */
export interface AddedFiles extends WrittenTexts {
  /** Documents that are new or other than before, as before, and taken away. */
  readonly changed: number
  readonly unchanged: number
  readonly gone: number
  /** Files that could not be read; what the index has of them stays. */
  readonly failures: readonly FileFailure[]
}

/** Texts that are searched by what they mean. */
export interface TextIndex extends Resource<Promise<void>> {
  /** What keeps the texts, their vectors and what else is known of them. */
  readonly store: ConceptStore
  /** Number of texts. */
  count(): Promise<number>
  /**
   * Adds texts, each with an id of its own and any other field of a record. Throws VmmError BAD_ARGUMENT for an id that is
   * there, before anything of an array is written.
   */
  add(texts: OwnTexts, options?: CallOptions): Promise<WrittenTexts>
  /** Adds texts, or replaces those of the same id. A text that is there already is not encoded again. */
  upsert(texts: OwnTexts, options?: CallOptions): Promise<WrittenTexts>
  /** Takes texts away. Unknown ids are passed over. */
  remove(ids: readonly string[], options?: WriteOptions): Promise<void>
  /**
   * Reads files into the index, as passages with their document, line and heading: text, Markdown, HTML, PDF, JSON lines and
   * Parquet. Files that have not changed are not encoded again; those that are gone are taken away, if the patterns stand for
   * them. What was interrupted goes on with the next call.
   *
   * @param patterns paths, folders, and patterns such as `notes/*.md`, also with two stars for folders in folders
   * @throws VmmError NOT_FOUND where a file or the folder of a pattern is missing, or no file fits; the signal's reason
   */
  addFiles(patterns: string | readonly string[], options?: AddFilesOptions): Promise<AddedFiles>
  /** The same, and again whenever files change, until the signal ends it: gives what each time has changed. */
  watchFiles(patterns: string | readonly string[], options?: AddFilesOptions): AsyncGenerator<AddedFiles>
  /**
   * The texts that are nearest to a text or a vector, best first. With `hybrid: true`, those that have rare words of the text
   * come to the front, too; each still tells its cosine.
   *
   * @throws VmmError SPACE_MISMATCH for a vector of another space, BAD_ARGUMENT; UNSUPPORTED for `hybrid` in a store without
   *   full text; the signal's reason
   */
  search(query: string | Vectors, options?: SearchTextsOptions): Promise<TextHit[]>
  /** The same for several at once. */
  searchEach(queries: readonly string[] | Vectors, options?: SearchTextsOptions): Promise<TextHit[][]>
  /** The names of documents, sorted: of all, or of those that names and patterns stand for. */
  documents(patterns?: readonly string[], options?: Pick<CallOptions, 'signal'>): Promise<string[]>
}

/** Hits where nobody says how many. */
const K = 10

/**
 * Opens an index of texts, which are searched by what they mean: texts of one's own by `upsert`, files by `addFiles`. It is
 * kept in a store, which remembers the model; one of another model is refused.
 *
 * @throws VmmError SPACE_MISMATCH naming the model that the store's vectors are of; BAD_ARGUMENT; what openStore throws
 * @example
 * ```js
 * import { createIndex, loadEncoder } from 'vector-mamba'
 *
 * const model = await loadEncoder()
 * const index = await createIndex(model, { store: 'my.store' })
 * await index.upsert([
 *   { id: 'boat', text: 'The boat leaves at nine.' },
 *   { id: 'dentist', text: 'Ring the dentist about Tuesday.' },
 * ])
 * const [hit] = await index.search('My tooth hurts.', { k: 1 })
 * console.log(hit.id, hit.cosine.toFixed(2)) // dentist 0.59
 * await index.dispose()
 * model.dispose()
 * ```
 */
export async function createIndex(model: Encoder, options: IndexTextsOptions): Promise<TextIndex> {
  const passageTokens = checkIndexOptions(model, options)
  const { store: place, loadedBy, queryModel = model } = options
  const isPlace = typeof place === 'string'
  const root = resolve(options.root ?? (isPlace && !place.includes('://') ? resolve(place, '..') : '.'))
  const store = isPlace ? await openStore(place) : place
  try {
    refuseOtherModel(store, model)
  } catch (error) {
    if (isPlace) await store.dispose()
    throw error
  }
  const life = lifetime('the index was disposed', async () => {
    if (isPlace) await store.dispose()
  })
  const { space, dims, fingerprint } = model

  async function write(
    changes: AsyncIterable<Change>,
    { signal, threads, device }: CallOptions,
    onWritten?: (texts: number) => void,
  ): Promise<WrittenTexts> {
    // What loads the model again is known better by those who told it than by its name alone.
    if (loadedBy !== undefined || !store.models.has(space))
      await store.addSpace(space, dims, { name: model.name, options: {}, ...loadedBy, fingerprint })
    return writeChanges(changes, model, store, { signal, threads, device }, onWritten)
  }

  async function writeTexts(texts: OwnTexts, isNew: boolean, call: CallOptions = {}): Promise<WrittenTexts> {
    life.alive()
    refuseUnknown(call, CALL_OPTIONS)
    checkRunOptions(call)
    return write(textChanges(texts, space, store, isNew, call.signal), call)
  }

  async function writeFiles(found: FoundFiles, call: AddFilesOptions): Promise<AddedFiles> {
    const counts: FileCounts = { changed: 0, unchanged: 0, gone: 0, failures: [] }
    const progress = { files: 0, total: found.files.length, passages: 0 }
    const tell = (news: Partial<typeof progress>) => call.onProgress?.({ ...Object.assign(progress, news) })
    const rules = { model, store, root, passageTokens }
    const changes = fileChanges(found, rules, counts, call.signal, (files) => tell({ files }))
    const written = await write(changes, call, (passages) => tell({ passages }))
    return { ...written, ...counts }
  }

  function find(patterns: string | readonly string[], call: AddFilesOptions): Promise<FoundFiles> {
    life.alive()
    checkAddFilesOptions(call)
    const list = typeof patterns === 'string' ? [patterns] : patterns
    const isList = Array.isArray(list) && list.length > 0
    check(isList, 'patterns', patterns, 'a path, a pattern, or some of them')
    return findFiles(list, resolve(call.from ?? '.'), call.signal)
  }

  async function encodeQueries(texts: readonly string[], call: CallOptions): Promise<Vectors> {
    const { vectors } = await queryModel.encode(texts, call)
    return trustedVectors(vectors.blocks, dims, space)
  }

  async function searchEach(
    queries: readonly string[] | Vectors,
    search: SearchTextsOptions = {},
  ): Promise<TextHit[][]> {
    life.alive()
    checkSearchOptions(search)
    const { k = K, filter, hybrid = false, ...call } = search
    if (!isVectors(queries) && !Array.isArray(queries))
      throw badArgument('queries', describe(queries), 'texts or vectors')
    if (hybrid && isVectors(queries))
      throw badArgument('query', 'vectors', 'texts: hybrid searches for words')
    const vectors = isVectors(queries) ? queries : await encodeQueries(queries as readonly string[], call)
    if (!store.spaces.has(vectors.space) && vectors.space === space) return Array.from(vectors, () => [])
    const { signal, threads } = call
    const options = { filter, signal, threads }
    const found = hybrid
      ? await hybridEach(queries as readonly string[], vectors, k, options)
      : await store.nearest(vectors, k, options)
    return foundConcepts(store, found)
  }

  async function hybridEach(
    queries: readonly string[],
    vectors: Vectors,
    k: number,
    options: Pick<SearchTextsOptions, 'filter' | 'signal' | 'threads'>,
  ): Promise<Found[][]> {
    const found: Found[][] = []
    const rows = [...vectors]
    for (const [i, text] of queries.entries()) {
      const vector = trustedVectors([rows[i]!], dims, space)
      found.push(await hybridSearch(store, { text, vector, space }, k, options))
    }
    return found
  }

  return {
    store,
    count: async () => {
      life.alive()
      return store.count()
    },
    add: (texts, call) => writeTexts(texts, true, call),
    upsert: (texts, call) => writeTexts(texts, false, call),
    remove: async (ids, call) => {
      life.alive()
      await store.remove(ids, call)
    },
    addFiles: async (patterns, call = {}) => writeFiles(await find(patterns, call), call),
    watchFiles: async function* (patterns, call = {}) {
      const signal = call.signal ?? new AbortController().signal
      using watch = watchFolders()
      for (let isFirst = true; ; isFirst = false) {
        watch.follow((await find(patterns, call)).folders)
        const added = await writeFiles(await find(patterns, call), call)
        const isNews = added.changed > 0 || added.gone > 0 || added.failures.length > 0
        if (isFirst || isNews) yield added
        await watch.changed(signal)
      }
    },
    search: async (query, search) => {
      const isText = typeof query === 'string'
      if (!isText && !isVectors(query)) throw badArgument('query', describe(query), 'a text or a vector')
      if (!isText && query.count !== 1)
        throw badArgument('query', `${query.count} vectors`, 'one; searchEach takes several')
      return (await searchEach(isText ? [query] : query, search))[0]!
    },
    searchEach,
    documents: async (patterns, { signal } = {}) => {
      life.alive()
      return documentNames(store, patterns, signal)
    },
    ...life.ends,
  }
}

/** Throws SPACE_MISMATCH where a store has vectors, but none of the model. */
function refuseOtherModel(store: ConceptStore, model: Encoder): void {
  if (store.spaces.size === 0 || store.spaces.has(model.space)) return
  const made = [...store.spaces.keys()].map((space) => {
    const name = store.models.get(space)?.name
    return name === undefined ? `of space '${space}'` : `by ${name} (space '${space}')`
  })
  throw new VmmError(
    'SPACE_MISMATCH',
    `the vectors of this store were made ${made.join(', ')}; those of ${model.name} (space '${model.space}') cannot be compared with them`,
  )
}
