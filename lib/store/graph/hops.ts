import { checkCount } from '../../core/errors.ts'
import type { OptionNames } from '../../core/options.ts'
import type { Edge } from '../record.ts'
import { RELATION_OPTIONS, type RelationOptions, type Relations, type Way, waysFrom } from './relations.ts'

/** How far relations are followed, and which. */
export interface HopOptions extends RelationOptions {
  /** Relations that are gone along one after another, at most. Default 1. */
  readonly hops?: number | undefined
  /** Concepts at most: of the last hop those of the greatest weight. Default 1000. */
  readonly most?: number | undefined
}

export const HOP_OPTIONS = {
  ...RELATION_OPTIONS,
  hops: true,
  most: true,
} as const satisfies OptionNames<HopOptions>

/** A concept that relations lead to. */
export interface Neighbour {
  readonly id: string
  /** Relations on the shortest way to it, from 1. */
  readonly hops: number
  /** The product of the weights on the heaviest of the ways of so many relations. */
  readonly weight: number
  /** The last relation of that way. */
  readonly edge: Edge
}

/** Throws BAD_ARGUMENT for options that are none. */
export function checkHops({ hops = 1, most = 1000 }: HopOptions): void {
  checkCount('hops', hops)
  checkCount('most', most)
}

/** Concepts within some hops of one, nearer ones first, of equal hops the heaviest first; without the one itself. */
export async function hopsFrom(
  relations: Relations,
  id: string,
  options: HopOptions = {},
): Promise<Neighbour[]> {
  const { hops = 1, most = 1000, signal } = options
  const weights = new Map([[id, 1]])
  const found: Neighbour[] = []
  let border = [id]
  for (let hop = 1; hop <= hops && border.length > 0 && found.length < most; hop++) {
    signal?.throwIfAborted()
    const best = new Map<string, { readonly way: Way; readonly weight: number }>()
    for (const ways of (await waysFrom(relations, border, options)).values())
      for (const way of ways) {
        if (weights.has(way.to)) continue
        const weight = weights.get(way.from)! * way.edge.weight
        const known = best.get(way.to)
        if (known === undefined || weight > known.weight) best.set(way.to, { way, weight })
      }
    const reached = [...best.values()]
      .sort((a, b) => b.weight - a.weight || (a.way.to < b.way.to ? -1 : 1))
      .slice(0, most - found.length)
    for (const { way, weight } of reached) {
      weights.set(way.to, weight)
      found.push({ id: way.to, hops: hop, weight, edge: way.edge })
    }
    border = reached.map(({ way }) => way.to)
  }
  return found
}
