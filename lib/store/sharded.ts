import { lifetime } from '../core/disposable.ts'
import { check, VmmError } from '../core/errors.ts'
import type { Space } from '../core/space.ts'
import { byWeight, checkEdgeKeys, checkEdges, checkIds, checkNearest, checkNeighbours } from './check_call.ts'
import { checkConcepts } from './check_record.ts'
import { mergeNearest } from './merge_nearest.ts'
import type { Edge, StoredConcept } from './record.ts'
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
  const life = lifetime('the store was disposed', async () => {
    await Promise.all(shards.map((shard) => shard.dispose()))
  })
  const spaces = (): ReadonlyMap<Space, number> => shards[0]!.spaces
  const all = async <T>(call: (shard: ConceptStore) => Promise<T>): Promise<T[]> => {
    const done = await Promise.allSettled(shards.map(call))
    return done.map((result) => {
      if (result.status === 'rejected') throw result.reason
      return result.value
    })
  }
  /** Calls each shard with its own of some things. */
  const apart = async <T>(
    things: readonly T[],
    idOf: (thing: T) => string,
    call: (shard: ConceptStore, own: readonly T[]) => Promise<void>,
  ): Promise<void> => {
    const own = shards.map((): T[] => [])
    for (const thing of things) own[shardOf(idOf(thing), shards.length)]!.push(thing)
    await all(async (shard) => {
      const some = own[shards.indexOf(shard)]!
      if (some.length > 0) await call(shard, some)
    })
  }
  /** Asks each shard for its own of some ids; answers in the order of the ids. */
  const gather = async <T>(
    ids: readonly string[],
    call: (shard: ConceptStore, own: readonly string[]) => Promise<readonly T[]>,
  ): Promise<T[]> => {
    const answers: T[] = []
    const places = shards.map((): number[] => [])
    for (const [i, id] of ids.entries()) places[shardOf(id, shards.length)]!.push(i)
    await all(async (shard) => {
      const own = places[shards.indexOf(shard)]!
      if (own.length === 0) return
      const found = await call(
        shard,
        own.map((i) => ids[i]!),
      )
      for (const [at, i] of own.entries()) answers[i] = found[at]!
    })
    return answers
  }
  return {
    get spaces() {
      return spaces()
    },
    get models() {
      return shards[0]!.models
    },
    count: async () => {
      life.alive()
      return (await all((shard) => shard.count())).reduce((sum, count) => sum + count, 0)
    },
    addSpace: async (space, dims, model) => {
      life.alive()
      await all((shard) => shard.addSpace(space, dims, model))
    },
    upsert: async (concepts, options) => {
      life.alive()
      checkConcepts(concepts, await freshSpaces(shards[0]!))
      await apart(
        concepts,
        ({ id }) => id,
        (shard, own) => shard.upsert(own, options),
      )
    },
    // Relations that lead to a concept are where they begin.
    remove: async (ids, options) => {
      life.alive()
      checkIds(ids)
      await all((shard) => shard.remove(ids, options))
    },
    get: async (ids) => {
      life.alive()
      checkIds(ids)
      return gather<StoredConcept | null>(ids, (shard, own) => shard.get(own))
    },
    vectors: async (space, ids) => {
      life.alive()
      checkIds(ids)
      if (ids.length === 0) return shards[0]!.vectors(space, ids)
      return gather<Float32Array | null>(ids, (shard, own) => shard.vectors(space, own))
    },
    nearest: async (vectors, k, options) => {
      life.alive()
      checkNearest(vectors, k, options ?? {}, await freshSpaces(shards[0]!))
      const parts = await all((shard) => shard.nearest(vectors, k, options))
      return mergeNearest(parts, vectors.count, k)
    },
    link: async (edges, options) => {
      life.alive()
      await apart(
        checkEdges(edges),
        ({ source }) => source,
        (shard, own) => shard.link(own, options),
      )
    },
    unlink: async (edges, options) => {
      life.alive()
      await apart(
        checkEdgeKeys(edges),
        ({ source }) => source,
        (shard, own) => shard.unlink(own, options),
      )
    },
    neighbours: async (ids, options = {}) => {
      life.alive()
      checkNeighbours(ids, options)
      const { direction = 'out', limit } = options
      const end = direction === 'out' ? 'source' : 'target'
      const parts = await all(async (shard) => {
        const own =
          direction === 'in' ? ids : ids.filter((id) => shards[shardOf(id, shards.length)] === shard)
        return shard.neighbours([...new Set(own)], options)
      })
      const byId = new Map<string, Edge[]>()
      for (const edge of parts.flat()) {
        const list = byId.get(edge[end])
        if (list === undefined) byId.set(edge[end], [edge])
        else list.push(edge)
      }
      for (const list of byId.values()) list.sort(byWeight)
      return ids.flatMap((id) => (byId.get(id) ?? []).slice(0, limit))
    },
    scan: (options) => {
      life.alive()
      return scanAll(shards, options)
    },
    maintain: async (options) => {
      life.alive()
      await all((shard) => shard.maintain(options))
    },
    ...life.ends,
  }
}

async function* scanAll(
  shards: readonly ConceptStore[],
  options: ScanOptions | undefined,
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

/** The spaces of a store, with those that another process has added. */
async function freshSpaces(store: ConceptStore): Promise<ReadonlyMap<Space, number>> {
  await store.count()
  return store.spaces
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
