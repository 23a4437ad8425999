// Small random graphs, and answers to them by the plainest algorithms.
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import type { Edge } from '../../../lib/store/record.ts'
import { type CountedStore, countedStore } from './counted_store.ts'

export interface RandomGraph {
  readonly store: CountedStore
  readonly ids: readonly string[]
  readonly edges: readonly Edge[]
}

/** A graph of two types of relations, whose weights are multiples of 1/8; `dense` is the share of pairs that are related. */
export async function randomGraph(seed: number, count: number, dense: number): Promise<RandomGraph> {
  const numbers = randomNumbers(seed)
  const store = await countedStore()
  const ids = Array.from({ length: count }, (_, i) => `c${i}`)
  await store.upsert(ids.map((id) => ({ id, text: id })))
  const edges: Edge[] = []
  for (const source of ids)
    for (const target of ids)
      for (const type of ['a', 'b'])
        if (numbers.next() < dense / 2)
          edges.push({ source, type, target, weight: (1 + numbers.below(8)) / 8, domainSpecific: null })
  await store.link(edges)
  return { store, ids, edges }
}

export type Pairs = readonly (readonly [from: string, to: string, weight: number])[]

export function pairsOf(
  edges: readonly Edge[],
  direction: 'out' | 'in' | 'both',
  types?: readonly string[],
): Pairs {
  const kept = edges.filter(({ type }) => types?.includes(type) ?? true)
  const out = kept.map(({ source, target, weight }) => [source, target, weight] as const)
  const back = kept.map(({ source, target, weight }) => [target, source, weight] as const)
  return direction === 'out' ? out : direction === 'in' ? back : [...out, ...back]
}

/** Lengths of all shortest ways, by relaxing every relation as often as there are concepts (Bellman and Ford). */
export function lengthsFrom(
  from: string,
  pairs: Pairs,
  lengthOf: (weight: number) => number,
): Map<string, number> {
  const lengths = new Map([[from, 0]])
  for (let changed = true; changed; ) {
    changed = false
    for (const [a, b, weight] of pairs) {
      const length = (lengths.get(a) ?? Number.POSITIVE_INFINITY) + lengthOf(weight)
      if (length < (lengths.get(b) ?? Number.POSITIVE_INFINITY)) {
        lengths.set(b, length)
        changed = true
      }
    }
  }
  return lengths
}
