import { check, checkCount } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import type { CompactGraph } from './compact.ts'

/** Concepts that were reached, nearer ones first, without the one where it began. */
export interface Reached {
  /** Numbers of concepts. */
  readonly nodes: Uint32Array
  /** Relations on the shortest way to each, from 1. */
  readonly hops: Uint32Array
}

/**
 * Finds concepts within some hops of one, again and again. It keeps a mark for each concept, so a search takes time for what
 * it reaches alone. `kinds`: numbers of the types of relations that are gone along; all when left out.
 *
 * @throws VmmError BAD_ARGUMENT, of the function that it gives, for a number that is no concept's
 * @example
 * ```js
 * import { compactGraph, openStore, withinHops } from 'vector-mamba'
 *
 * const store = await openStore('hops.store')
 * await store.upsert(['dog', 'canine', 'animal'].map((id) => ({ id, text: id })))
 * const up = (source, target) => ({ source, type: 'hypernym', target, weight: 1, domainSpecific: null })
 * await store.link([up('dog', 'canine'), up('canine', 'animal')])
 * const search = withinHops(await compactGraph(store))
 * console.log(search(0, 1).nodes.join(), search(0, 2).nodes.join(), search(0, 2).hops.join()) // 1 1,2 1,2
 * await store.dispose()
 * ```
 */
export function withinHops(
  graph: CompactGraph,
): (node: number, hops: number, kinds?: readonly number[]) => Reached {
  const { offsets, targets, kinds: kindOf, ids } = graph
  const marks = new Uint32Array(ids.length)
  const queue = new Uint32Array(ids.length)
  let mark = 0
  return (node, hops, kinds) => {
    check(Number.isInteger(node) && node >= 0 && node < ids.length, 'node', node, `0 … ${ids.length - 1}`)
    checkCount('hops', hops)
    const allowed = kinds === undefined ? null : new Set(kinds)
    if (++mark === 2 ** 32) {
      marks.fill(0)
      mark = 1
    }
    marks[node] = mark
    queue[0] = node
    const ends = [1]
    let length = 1
    for (let hop = 0, first = 0; hop < hops && first < length; hop++) {
      const last = length
      for (; first < last; first++) {
        const from = queue[first]!
        for (let at = offsets[from]!; at < offsets[from + 1]!; at++) {
          const to = targets[at]!
          if (marks[to] === mark || (allowed !== null && !allowed.has(kindOf[at]!))) continue
          marks[to] = mark
          queue[length++] = to
        }
      }
      ends.push(length)
    }
    const depths = new Uint32Array(length - 1)
    for (let hop = 1; hop < ends.length; hop++) depths.fill(hop, ends[hop - 1]! - 1, ends[hop]! - 1)
    return { nodes: queue.slice(1, length), hops: depths }
  }
}

/** When PageRank ends, and how often its walker begins anew. */
export interface PageRankOptions {
  /** How often a walker goes on along a relation instead of anywhere. Default 0.85. */
  readonly damping?: number | undefined
  /** Ends when the sum of all changes is below. Default 1e-9. */
  readonly tolerance?: number | undefined
  /** Default 100. */
  readonly rounds?: number | undefined
}

/**
 * How often each concept is met by somebody who goes along relations, heavier ones more often: [concepts], of sum 1.
 * Relations whose weight is not above 0 are not gone along. L. Page, S. Brin, R. Motwani and T. Winograd, "The PageRank
 * citation ranking", 1999; who stands where no relation leads on goes anywhere.
 *
 * @throws VmmError BAD_ARGUMENT for options that are none
 * @example
 * ```js
 * import { compactGraph, openStore, pageRank } from 'vector-mamba'
 *
 * const store = await openStore('ranks.store')
 * await store.upsert(['dog', 'canine', 'animal'].map((id) => ({ id, text: id })))
 * const up = (source, target) => ({ source, type: 'hypernym', target, weight: 1, domainSpecific: null })
 * await store.link([up('dog', 'canine'), up('canine', 'animal')])
 * const ranks = pageRank(await compactGraph(store))
 * console.log(Array.from(ranks, (rank) => rank.toFixed(2)).join()) // 0.18,0.34,0.47
 * await store.dispose()
 * ```
 */
export function pageRank(graph: CompactGraph, options: PageRankOptions = {}): Float64Array {
  refuseUnknown(options, { damping: true, tolerance: true, rounds: true })
  const { damping = 0.85, tolerance = 1e-9, rounds = 100 } = options
  check(damping > 0 && damping < 1, 'damping', damping, 'a number between 0 and 1')
  check(tolerance > 0, 'tolerance', tolerance, 'a number above 0')
  checkCount('rounds', rounds)
  const { ids, offsets, targets, weights } = graph
  const count = ids.length
  const totals = new Float64Array(count)
  for (let node = 0; node < count; node++)
    for (let at = offsets[node]!; at < offsets[node + 1]!; at++) totals[node]! += Math.max(0, weights[at]!)
  let ranks = new Float64Array(count).fill(1 / count)
  for (let round = 0, change = Number.POSITIVE_INFINITY; round < rounds && change >= tolerance; round++) {
    let stuck = 0
    for (let node = 0; node < count; node++) if (totals[node] === 0) stuck += ranks[node]!
    const next = new Float64Array(count).fill((1 - damping + damping * stuck) / count)
    for (let node = 0; node < count; node++) {
      const share = (damping * ranks[node]!) / totals[node]!
      for (let at = offsets[node]!; at < offsets[node + 1]!; at++)
        if (weights[at]! > 0) next[targets[at]!]! += share * weights[at]!
    }
    change = 0
    for (let node = 0; node < count; node++) change += Math.abs(next[node]! - ranks[node]!)
    ranks = next
  }
  return ranks
}

/**
 * The parts of a graph that no relation joins, whichever way it points: the number of each concept's part, larger parts
 * first.
 *
 * @example
 * ```js
 * import { compactGraph, graphComponents, openStore } from 'vector-mamba'
 *
 * const store = await openStore('parts.store')
 * await store.upsert(['dog', 'cat', 'canine'].map((id) => ({ id, text: id })))
 * await store.link([{ source: 'dog', type: 'hypernym', target: 'canine', weight: 1, domainSpecific: null }])
 * const { ids, ...graph } = await compactGraph(store)
 * const parts = graphComponents({ ids, ...graph })
 * console.log(parts[ids.indexOf('dog')], parts[ids.indexOf('canine')], parts[ids.indexOf('cat')]) // 0 0 1
 * await store.dispose()
 * ```
 */
export function graphComponents(graph: CompactGraph): Uint32Array {
  const { ids, offsets, targets } = graph
  const roots = Uint32Array.from(ids, (_, node) => node)
  const rootOf = (node: number): number => {
    let root = node
    while (roots[root] !== root) root = roots[root] = roots[roots[root]!]!
    return root
  }
  for (let node = 0; node < ids.length; node++)
    for (let at = offsets[node]!; at < offsets[node + 1]!; at++) {
      const [a, b] = [rootOf(node), rootOf(targets[at]!)]
      roots[Math.max(a, b)] = Math.min(a, b)
    }
  const sizes = new Map<number, number>()
  for (let node = 0; node < ids.length; node++) sizes.set(rootOf(node), (sizes.get(rootOf(node)) ?? 0) + 1)
  const order = [...sizes].sort(([a, n], [b, m]) => m - n || a - b)
  const numbers = new Map(order.map(([root], number) => [root, number]))
  return Uint32Array.from(ids, (_, node) => numbers.get(rootOf(node))!)
}
