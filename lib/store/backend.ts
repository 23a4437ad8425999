import { workingLifetime } from '../core/disposable.ts'
import type { VmmError } from '../core/errors.ts'
import type { Space } from '../core/space.ts'
import type { FileLock } from '../io/lock.ts'
import {
  byWeight,
  checkEdgeKeys,
  checkEdges,
  checkIds,
  checkMatching,
  checkNearest,
  checkNeighbours,
  checkScan,
  checkSpace,
  checkWrite,
  otherDims,
} from './check_call.ts'
import { type CheckedConcept, checkConcepts, dimsOf } from './check_record.ts'
import { noFullText } from './no_full_text.ts'
import type { ConceptFilter, Edge, EdgeKey, StoredConcept } from './record.ts'
import { checkConceptMap, conceptMapOf, conceptMapText } from './spaces/concept_map_text.ts'
import type { ConceptStore, Effort, Found, ScannedConcept, SpaceModel, TextMatch } from './store.ts'

const BATCH = 1024

/** How a back end is asked for the nearest concepts. */
export interface BackendSearch {
  readonly filter: ConceptFilter | null
  readonly effort: Effort
  readonly signal: AbortSignal | undefined
  readonly threads: number | undefined
}

/** What a back end is to tell of all concepts. */
export interface BackendScan {
  readonly filter: ConceptFilter | null
  readonly spaces: readonly Space[]
  /** Concepts at a time at most. */
  readonly batch: number
  readonly signal: AbortSignal | undefined
}

/**
 * What keeps the concepts of a store: a database, a service, files. It is called with arguments that are checked and complete,
 * ids and relations each once, and not after `close`. What each method promises is told at ConceptStore.
 */
export interface StoreBackend {
  /** As of the last `refresh` or `addSpace`. */
  readonly spaces: ReadonlyMap<Space, number>
  readonly models: ReadonlyMap<Space, SpaceModel>
  /** Reads anew which spaces there are: another process may have added some. */
  refresh(): Promise<void>
  count(): Promise<number>
  /** Throws SPACE_MISMATCH where another process has just added the space with other dimensions. */
  addSpace(space: Space, dims: number, model: SpaceModel | null): Promise<void>
  /** The text that was kept for a space, which is there; null where none was. */
  conceptMap(space: Space): Promise<string | null>
  /** Keeps a text for a space, in place of an earlier one: some kilobytes for each thousand dimensions. */
  keepConceptMap(space: Space, text: string): Promise<void>
  upsert(concepts: readonly CheckedConcept[], signal: AbortSignal | undefined): Promise<void>
  remove(ids: readonly string[], signal: AbortSignal | undefined): Promise<void>
  /** Those that are there, in any order. */
  get(ids: readonly string[]): Promise<readonly StoredConcept[]>
  /** By id, those that are there. */
  vectors(space: Space, ids: readonly string[]): Promise<ReadonlyMap<string, Float32Array>>
  /** Hits of each query, best first. `queries` is [count · dims], each of length 1 or 0. */
  nearest(
    space: Space,
    queries: Float32Array,
    k: number,
    search: BackendSearch,
  ): Promise<readonly (readonly Found[])[]>
  /** Concepts whose texts have words of a text, best first. Left out where there is no full text. */
  matching?(
    text: string,
    k: number,
    filter: ConceptFilter | null,
    signal: AbortSignal | undefined,
  ): Promise<readonly TextMatch[]>
  link(edges: readonly Edge[], signal: AbortSignal | undefined): Promise<void>
  unlink(edges: readonly EdgeKey[], signal: AbortSignal | undefined): Promise<void>
  /**
   * Relations of the concepts in any order; with a limit, of each at least so many of the greatest weight, those that follow
   * equal ones by type, target and source.
   */
  neighbours(
    ids: readonly string[],
    direction: 'out' | 'in',
    types: readonly string[] | null,
    limit: number | null,
  ): Promise<readonly Edge[]>
  scan(scan: BackendScan): AsyncIterable<readonly ScannedConcept[]>
  maintain(signal: AbortSignal | undefined): Promise<void>
  close(): Promise<void>
}

/** What a package of a back end gets to work with: it imports nothing of this one but types. */
export interface BackendTools {
  /** Whether a store that is missing is made; otherwise it is an error, NOT_FOUND. */
  readonly create: boolean
  readonly VmmError: typeof VmmError
  /** Takes a lock file, waiting for other processes; one whose process is dead is taken over. Throws VmmError BAD_FILE. */
  readonly lockFile: (path: string, options?: BackendLockOptions) => Promise<FileLock>
  /** Writes a file: readers find it as it was, or whole. Throws VmmError BAD_FILE. */
  readonly replaceFile: (path: string, content: string) => Promise<void>
}

/** How a back end takes a lock file. */
export interface BackendLockOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined
}

/** Opens the back end at an address such as `lance://folder`. Throws VmmError NOT_FOUND, BAD_FILE, SERVICE, BAD_ARGUMENT. */
export type OpenBackend = (address: string, tools: BackendTools) => Promise<StoreBackend>

/**
 * A store of concepts on a back end of one's own: arguments are checked, answers are put in order, and calls that are under way
 * finish before the back end is closed. The packages for LanceDB and PostgreSQL are made with it.
 *
 * @throws VmmError by its methods, as ConceptStore tells; what the back end throws is passed on
 * @example
 * ```js
 * import { storeOn } from 'vector-mamba'
 *
 * const kept = new Map()
 * const backend = {
 *   spaces: new Map(),
 *   models: new Map(),
 *   refresh: async () => {},
 *   count: async () => kept.size,
 *   upsert: async (concepts) => concepts.forEach(({ concept }) => kept.set(concept.id, concept)),
 *   get: async (ids) => ids.flatMap((id) => kept.get(id) ?? []),
 *   close: async () => kept.clear(),
 *   // … and the other methods of StoreBackend
 * }
 * const store = storeOn(backend)
 * await store.upsert([{ id: 'boat', text: 'a small vessel' }])
 * console.log((await store.get(['storm', 'boat'])).map((concept) => concept?.text)) // [ undefined, 'a small vessel' ]
 * await store.dispose()
 * ```
 */
export function storeOn(backend: StoreBackend): ConceptStore {
  const life = workingLifetime('the store was disposed', () => backend.close())
  const freshSpaces = async (): Promise<ReadonlyMap<Space, number>> => {
    await backend.refresh()
    return backend.spaces
  }
  return {
    get spaces() {
      return backend.spaces
    },
    get models() {
      return backend.models
    },
    count: () => life.during(() => backend.count()),
    addSpace: (space, dims, model) =>
      life.during(async () => {
        checkSpace(space, dims, model)
        const there = (await freshSpaces()).get(space)
        if (there !== undefined && there !== dims) throw otherDims(space, there, dims)
        await backend.addSpace(space, dims, model ?? null)
      }),
    conceptMap: (space) =>
      life.during(async () => {
        const dims = dimsOf(await freshSpaces(), space)
        const text = await backend.conceptMap(space)
        return text === null ? null : conceptMapOf(text, space, dims)
      }),
    keepConceptMap: (map) =>
      life.during(async () => {
        checkConceptMap(map, await freshSpaces())
        await backend.keepConceptMap(map.space, conceptMapText(map))
      }),
    upsert: (concepts, options = {}) =>
      life.during(async () => {
        const checked = checkConcepts(concepts, await freshSpaces())
        checkWrite(options)
        if (checked.length > 0) await backend.upsert(checked, options.signal)
      }),
    remove: (ids, options = {}) =>
      life.during(async () => {
        checkIds(ids)
        checkWrite(options)
        if (ids.length > 0) await backend.remove([...new Set(ids)], options.signal)
      }),
    get: (ids) =>
      life.during(async () => {
        checkIds(ids)
        const found = ids.length === 0 ? [] : await backend.get([...new Set(ids)])
        const byId = new Map(found.map((concept) => [concept.id, concept]))
        return ids.map((id) => byId.get(id) ?? null)
      }),
    vectors: (space, ids) =>
      life.during(async () => {
        dimsOf(await freshSpaces(), space)
        checkIds(ids)
        const found =
          ids.length === 0 ? new Map<string, Float32Array>() : await backend.vectors(space, [...new Set(ids)])
        return ids.map((id) => found.get(id) ?? null)
      }),
    nearest: (vectors, k, options = {}) =>
      life.during(async () => {
        const queries = checkNearest(vectors, k, options, await freshSpaces())
        const { filter = null, effort = 'good', signal, threads } = options
        if (vectors.count === 0) return []
        return backend.nearest(vectors.space, queries, k, { filter, effort, signal, threads })
      }),
    matching: (text, k, options = {}) =>
      life.during(async () => {
        checkMatching(text, k, options)
        if (backend.matching === undefined) throw noFullText()
        return backend.matching(text, k, options.filter ?? null, options.signal)
      }),
    link: (edges, options = {}) =>
      life.during(async () => {
        const checked = checkEdges(edges)
        checkWrite(options)
        if (checked.length > 0) await backend.link(checked, options.signal)
      }),
    unlink: (edges, options = {}) =>
      life.during(async () => {
        const keys = checkEdgeKeys(edges)
        checkWrite(options)
        if (keys.length > 0) await backend.unlink(keys, options.signal)
      }),
    neighbours: (ids, options = {}) =>
      life.during(async () => {
        checkNeighbours(ids, options)
        const { direction = 'out', limit = null, types = null } = options
        if (ids.length === 0) return []
        const found = await backend.neighbours([...new Set(ids)], direction, types, limit)
        return inOrder(ids, found, direction, limit)
      }),
    scan: async function* (options = {}) {
      const { filter = null, spaces = [], batch = BATCH, signal } = options
      await life.during(async () => checkScan(options, await freshSpaces()))
      for await (const some of backend.scan({ filter, spaces, batch, signal })) {
        life.alive()
        signal?.throwIfAborted()
        yield some
      }
    },
    maintain: (options = {}) =>
      life.during(async () => {
        checkWrite(options)
        await backend.maintain(options.signal)
      }),
    ...life.ends,
    dispose: () => life.ends[Symbol.asyncDispose](),
  }
}

/** Relations grouped by the concepts that were asked for, in their order, those of the greatest weight first. */
function inOrder(
  ids: readonly string[],
  edges: readonly Edge[],
  direction: 'out' | 'in',
  limit: number | null,
): readonly Edge[] {
  const end = direction === 'out' ? 'source' : 'target'
  const byId = new Map<string, Edge[]>()
  for (const edge of edges) {
    const list = byId.get(edge[end])
    if (list === undefined) byId.set(edge[end], [edge])
    else list.push(edge)
  }
  for (const list of byId.values()) list.sort(byWeight)
  return ids.flatMap((id) => (byId.get(id) ?? []).slice(0, limit ?? undefined))
}
