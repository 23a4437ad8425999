import { VmmError } from '../../core/errors.ts'
import { grown } from '../../core/grown.ts'
import { refuseUnknown } from '../../core/options.ts'
import { checkRunOptions } from '../../core/run_options.ts'
import type { ConceptStore } from '../store.ts'

/**
 * All relations of a store in arrays: compressed sparse rows. The relations of concept `i` are those from `offsets[i]` to
 * before `offsets[i + 1]`, in the order that the store gives them. One takes 9 bytes.
 */
export interface CompactGraph {
  /** The concepts' ids, by their numbers. */
  readonly ids: readonly string[]
  /** Names of the types of relations, by their numbers; at most 256. */
  readonly types: readonly string[]
  /** [concepts + 1] */
  readonly offsets: Uint32Array
  /** Numbers of concepts, [relations]. */
  readonly targets: Uint32Array
  readonly weights: Float32Array
  /** Numbers of types. */
  readonly kinds: Uint8Array
  /** Relations that were left out, because the concept that they lead to is not there. */
  readonly dangling: number
  /** The number of a concept, or -1. */
  numberOf(id: string): number
}

/** How a whole graph is read. */
export interface CompactOptions {
  readonly signal?: AbortSignal | undefined
}

/** Concepts whose relations are asked for at a time. */
const BATCH = 4096
const MOST_TYPES = 256

/**
 * Reads all relations of a store into arrays, for work on the whole graph.
 *
 * @throws VmmError UNSUPPORTED for more than 256 types of relations; what the store throws; the signal's reason
 * @example
 * ```js
 * import { compactGraph, openStore, withinHops } from 'vector-mamba'
 *
 * const store = await openStore('compact.store')
 * await store.upsert(['dog', 'canine', 'animal'].map((id) => ({ id, text: id })))
 * const up = (source, target) => ({ source, type: 'hypernym', target, weight: 1, domainSpecific: null })
 * await store.link([up('dog', 'canine'), up('canine', 'animal')])
 * const graph = await compactGraph(store)
 * const { nodes } = withinHops(graph)(graph.numberOf('dog'), 2)
 * console.log(Array.from(nodes, (node) => graph.ids[node]).join()) // canine,animal
 * await store.dispose()
 * ```
 */
export async function compactGraph(store: ConceptStore, options: CompactOptions = {}): Promise<CompactGraph> {
  refuseUnknown(options, { signal: true })
  checkRunOptions(options)
  const { signal } = options
  const ids: string[] = []
  for await (const batch of store.scan({ signal })) for (const { id } of batch) ids.push(id)
  const numbers = new Map(ids.map((id, number) => [id, number]))
  const kindOf = new Map<string, number>()
  const offsets = new Uint32Array(ids.length + 1)
  const rows = growing()
  let dangling = 0
  for (let first = 0; first < ids.length; first += BATCH) {
    signal?.throwIfAborted()
    const batch = ids.slice(first, first + BATCH)
    let node = first
    for (const { source, type, target, weight } of await store.neighbours(batch)) {
      while (ids[node] !== source) offsets[++node] = rows.length
      const to = numbers.get(target)
      if (to === undefined) {
        dangling++
        continue
      }
      const kind = kindOf.get(type) ?? kindOf.size
      if (kind === MOST_TYPES) throw new VmmError('UNSUPPORTED', `more than ${MOST_TYPES} types of relations`)
      kindOf.set(type, kind)
      rows.push(to, weight, kind)
    }
    while (node < first + batch.length) offsets[++node] = rows.length
  }
  return {
    ids,
    types: [...kindOf.keys()],
    offsets,
    ...rows.whole(),
    dangling,
    numberOf: (id) => numbers.get(id) ?? -1,
  }
}

/** Columns that double when they are full. */
function growing() {
  let [targets, weights, kinds] = [new Uint32Array(1024), new Float32Array(1024), new Uint8Array(1024)]
  let length = 0
  const grow = () => {
    targets = grown(targets, length + 1, (n) => new Uint32Array(n))
    weights = grown(weights, length + 1, (n) => new Float32Array(n))
    kinds = grown(kinds, length + 1, (n) => new Uint8Array(n))
  }
  return {
    get length() {
      return length
    },
    push: (target: number, weight: number, kind: number) => {
      if (length === targets.length) grow()
      targets[length] = target
      weights[length] = weight
      kinds[length++] = kind
    },
    whole: () => ({
      targets: targets.slice(0, length),
      weights: weights.slice(0, length),
      kinds: kinds.slice(0, length),
    }),
  }
}

/**
 * The same graph with every relation turned round; relations of a concept in the order of where they come from.
 *
 * @example
 * ```js
 * import { compactGraph, openStore, transposeGraph } from 'vector-mamba'
 *
 * const store = await openStore('transposed.store')
 * await store.upsert(['dog', 'canine', 'animal'].map((id) => ({ id, text: id })))
 * const up = (source, target) => ({ source, type: 'hypernym', target, weight: 1, domainSpecific: null })
 * await store.link([up('dog', 'canine'), up('canine', 'animal')])
 * const { ids, offsets, targets } = transposeGraph(await compactGraph(store))
 * console.log(offsets.join(), Array.from(targets, (node) => ids[node]).join()) // 0,0,1,2 dog,canine
 * await store.dispose()
 * ```
 */
export function transposeGraph(graph: CompactGraph): CompactGraph {
  const { ids, targets, weights, kinds, offsets } = graph
  const turned = new Uint32Array(ids.length + 1)
  for (const target of targets) turned[target + 1]!++
  for (let node = 0; node < ids.length; node++) turned[node + 1]! += turned[node]!
  const next = turned.slice()
  const [sources, heavy, kind] = [
    new Uint32Array(targets.length),
    new Float32Array(targets.length),
    new Uint8Array(targets.length),
  ]
  for (let node = 0; node < ids.length; node++)
    for (let at = offsets[node]!; at < offsets[node + 1]!; at++) {
      const to = next[targets[at]!]!++
      sources[to] = node
      heavy[to] = weights[at]!
      kind[to] = kinds[at]!
    }
  return { ...graph, offsets: turned, targets: sources, weights: heavy, kinds: kind }
}
