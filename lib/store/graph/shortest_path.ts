import type { OptionNames } from '../../core/options.ts'
import type { Edge } from '../record.ts'
import { makeHeap } from './heap.ts'
import { RELATION_OPTIONS, type RelationOptions, type Relations, type Way, waysFrom } from './relations.ts'

/** Which relations a path may take, and how long each is. */
export interface ShortestPathOptions extends RelationOptions {
  /** Whether a relation is as long as 1 / weight (default), so that heavy ones are short, or each has length 1. */
  readonly weighted?: boolean | undefined
}

export const SHORTEST_PATH_OPTIONS = {
  ...RELATION_OPTIONS,
  weighted: true,
} as const satisfies OptionNames<ShortestPathOptions>

/** A way along relations. */
export interface RelationPath {
  /** From the first to the last; one alone where both are the same. */
  readonly ids: readonly string[]
  /** What joins each with the next; `source` and `target` are as in the store, also where the way goes against them. */
  readonly edges: readonly Edge[]
  /** The sum of their lengths. */
  readonly length: number
}

/** Concepts whose relations are asked for at a time: those that will be looked at next, probably. */
const BATCH = 256

/** The length of a relation; infinite where its weight is not above 0, which nothing goes along. */
export function lengthOfEdge(weight: number, weighted: boolean): number {
  if (!(weight > 0)) return Number.POSITIVE_INFINITY
  return weighted ? 1 / weight : 1
}

/**
 * The shortest way along relations, by Dijkstra's algorithm; null where there is none. Of ways of equal length the same one
 * each time. E. W. Dijkstra, "A note on two problems in connexion with graphs", Numerische Mathematik 1, 1959.
 */
export async function shortestPathBetween(
  relations: Relations,
  from: string,
  to: string,
  options: ShortestPathOptions = {},
): Promise<RelationPath | null> {
  const { weighted = true, signal } = options
  const ids = [from]
  const numbers = new Map([[from, 0]])
  const lengths = [0]
  const arrivals: (Way | null)[] = [null]
  const done = new Set<number>()
  const known = new Map<string, Way[]>()
  const open = makeHeap()
  open.push(0, 0)
  while (open.size > 0) {
    signal?.throwIfAborted()
    const node = open.pop()
    if (done.has(node)) continue
    done.add(node)
    const id = ids[node]!
    if (id === to) return pathTo(node, ids, numbers, arrivals, lengths[node]!)
    if (!known.has(id)) {
      const next = nextOf(open, BATCH - 1, (other) => !done.has(other) && !known.has(ids[other]!))
      const asked = [id, ...next.map((other) => ids[other]!)]
      for (const [of, ways] of await waysFrom(relations, asked, options)) known.set(of, ways)
    }
    for (const way of known.get(id)!) {
      const length = lengths[node]! + lengthOfEdge(way.edge.weight, weighted)
      const number = numbers.get(way.to) ?? ids.length
      if (number === ids.length) {
        if (length === Number.POSITIVE_INFINITY) continue
        numbers.set(way.to, number)
        ids.push(way.to)
        lengths.push(Number.POSITIVE_INFINITY)
        arrivals.push(null)
      }
      if (length >= lengths[number]!) continue
      lengths[number] = length
      arrivals[number] = way
      open.push(length, number)
    }
    known.delete(id)
  }
  return null
}

/** Different numbers of the heap that are wanted, the nearest first; they stay in it. */
function nextOf(
  open: ReturnType<typeof makeHeap>,
  most: number,
  wanted: (node: number) => boolean,
): number[] {
  const taken: [key: number, node: number][] = []
  const next = new Set<number>()
  while (open.size > 0 && next.size < most) {
    const node = open.pop()
    taken.push([open.lastKey, node])
    if (wanted(node)) next.add(node)
  }
  for (const [key, node] of taken) open.push(key, node)
  return [...next]
}

function pathTo(
  last: number,
  ids: readonly string[],
  numbers: ReadonlyMap<string, number>,
  arrivals: readonly (Way | null)[],
  length: number,
): RelationPath {
  const path = [ids[last]!]
  const edges: Edge[] = []
  for (let way = arrivals[last]!; way !== null; way = arrivals[numbers.get(way.from)!]!) {
    path.push(way.from)
    edges.push(way.edge)
  }
  return { ids: path.reverse(), edges: edges.reverse(), length }
}
