import { check, VmmError } from '../core/errors.ts'
import { vectorsFrom } from '../core/vectors.ts'
import { type StoreBackend, storeOn } from './backend.ts'
import type { CheckedConcept } from './check_record.ts'
import { mergeNearest } from './merge_nearest.ts'
import type { ConceptRecord } from './record.ts'
import { conceptMapOf, conceptMapText } from './spaces/concept_map_text.ts'
import type { ConceptStore, ScannedConcept, ScanOptions } from './store.ts'

/**
 * Several stores as one. A concept, its vectors and the relations that begin at it are in the store that the hash of its id
 * tells, so the same stores must always be given in the same order. Searches ask all of them at once. A write goes to each store
 * by itself: one that fails in the middle can be repeated.
 *
 * @param stores are disposed with the whole; all must have the same spaces
 * @throws VmmError BAD_ARGUMENT, SPACE_MISMATCH
 * @example
 * ```js
 * import { openStore, shardedStore } from 'vector-mamba'
 *
 * const store = shardedStore([await openStore('./one.store'), await openStore('./two.store')])
 * await store.upsert([{ id: 'boat', text: 'a small vessel' }, { id: 'storm', text: 'strong wind and rain' }])
 * console.log(await store.count()) // 2
 * await store.dispose()
 * ```
 */
export function shardedStore(stores: readonly ConceptStore[]): ConceptStore {
  check(Array.isArray(stores) && stores.length > 0, 'stores', stores, 'at least one store')
  const shards = [...stores]
  sameSpaces(shards)
  return storeOn(shardedBackend(shards))
}

function shardedBackend(shards: readonly ConceptStore[]): StoreBackend {
  const all = async <T>(call: (shard: ConceptStore, number: number) => Promise<T>): Promise<T[]> => {
    const done = await Promise.allSettled(shards.map(call))
    return done.map((result) => {
      if (result.status === 'rejected') throw result.reason
      return result.value
    })
  }
  /** Calls each shard with its own of some things, those that have any. */
  const apart = async <T, R>(
    things: readonly T[],
    idOf: (thing: T) => string,
    call: (shard: ConceptStore, own: readonly T[]) => Promise<R>,
  ): Promise<R[]> => {
    const own = shards.map((): T[] => [])
    for (const thing of things) own[shardOf(idOf(thing), shards.length)]!.push(thing)
    const answers = await all(async (shard, number) => {
      const some = own[number]!
      return some.length > 0 ? [await call(shard, some)] : []
    })
    return answers.flat()
  }
  const itself = (id: string): string => id
  return {
    get spaces() {
      return shards[0]!.spaces
    },
    get models() {
      return shards[0]!.models
    },
    refresh: async () => {
      // Asking for vectors of no ids reads the spaces anew; a database would count its concepts one by one.
      const [space] = shards[0]!.spaces.keys()
      await (space === undefined ? shards[0]!.count() : shards[0]!.vectors(space, []))
    },
    count: async () => (await all((shard) => shard.count())).reduce((sum, count) => sum + count, 0),
    addSpace: async (space, dims, model) => {
      await all((shard) => shard.addSpace(space, dims, model ?? undefined))
    },
    conceptMap: async (space) => {
      const map = await shards[0]!.conceptMap(space)
      return map === null ? null : conceptMapText(map)
    },
    keepConceptMap: async (space, text) => {
      const map = conceptMapOf(text, space, shards[0]!.spaces.get(space)!)
      await all((shard) => shard.keepConceptMap(map))
    },
    upsert: async (concepts, signal) => {
      await apart(
        concepts.map(recordOf),
        ({ id }) => id,
        (shard, own) => shard.upsert(own, { signal }),
      )
    },
    // Relations that lead to a concept are where they begin.
    remove: async (ids, signal) => {
      await all((shard) => shard.remove(ids, { signal }))
    },
    get: async (ids) => {
      const found = await apart(ids, itself, (shard, own) => shard.get(own))
      return found.flat().filter((concept) => concept !== null)
    },
    vectors: async (space, ids) => {
      const found = new Map<string, Float32Array>()
      await apart(ids, itself, async (shard, own) => {
        for (const [i, vector] of (await shard.vectors(space, own)).entries())
          if (vector !== null) found.set(own[i]!, vector)
      })
      return found
    },
    nearest: async (space, queries, k, { filter, effort, signal, threads }) => {
      const vectors = vectorsFrom(queries, shards[0]!.spaces.get(space)!, space)
      const options = { filter: filter ?? undefined, effort, signal, threads }
      const parts = await all((shard) => shard.nearest(vectors, k, options))
      return mergeNearest(parts, vectors.count, k)
    },
    matching: async (text, k, filter, signal) => {
      const parts = await all((shard) => shard.matching(text, k, { filter: filter ?? undefined, signal }))
      return parts
        .flat()
        .sort((a, b) => b.score - a.score)
        .slice(0, k)
    },
    link: async (edges, signal) => {
      await apart(
        edges,
        ({ source }) => source,
        (shard, own) => shard.link(own, { signal }),
      )
    },
    unlink: async (edges, signal) => {
      await apart(
        edges,
        ({ source }) => source,
        (shard, own) => shard.unlink(own, { signal }),
      )
    },
    neighbours: async (ids, direction, types, limit) => {
      const options = { direction, types: types ?? undefined, limit: limit ?? undefined }
      const ask = (shard: ConceptStore, own: readonly string[]) => shard.neighbours(own, options)
      return (await (direction === 'out' ? apart(ids, itself, ask) : all((shard) => ask(shard, ids)))).flat()
    },
    scan: (options) => scanAll(shards, { ...options, filter: options.filter ?? undefined }),
    maintain: async (signal) => {
      await all((shard) => shard.maintain({ signal }))
    },
    close: async () => {
      await all((shard) => shard.dispose())
    },
  }
}

function recordOf({ concept, vectors }: CheckedConcept): ConceptRecord {
  return { ...concept, vectors: Object.fromEntries(vectors.map(({ space, vector }) => [space, vector])) }
}

async function* scanAll(
  shards: readonly ConceptStore[],
  options: ScanOptions,
): AsyncGenerator<readonly ScannedConcept[]> {
  // All begin before the first is told, so that they are as they were then.
  const scans = shards.map((shard) => shard.scan(options)[Symbol.asyncIterator]())
  const firsts = await Promise.all(scans.map((scan) => scan.next()))
  try {
    for (const [i, scan] of scans.entries())
      for (let { value, done } = firsts[i]!; !done; { value, done } = await scan.next()) yield value
  } finally {
    for (const scan of scans) await scan.return?.()
  }
}

function sameSpaces(stores: readonly ConceptStore[]): void {
  const listOf = ({ spaces }: ConceptStore) =>
    [...spaces]
      .map(([space, dims]) => `${space} (${dims})`)
      .sort()
      .join(', ') || 'none'
  const wanted = listOf(stores[0]!)
  for (const [i, store] of stores.entries())
    if (listOf(store) !== wanted)
      throw new VmmError(
        'SPACE_MISMATCH',
        `stores[${i}]: its spaces are ${listOf(store)}, those of the first are ${wanted}`,
      )
}

/** Which of some shards an id is of: FNV-1a over its UTF-8, mixed. Never to be changed: stores on disk go by it. */
function shardOf(id: string, shards: number): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(id)) hash = Math.imul(hash ^ byte, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) % shards
}
