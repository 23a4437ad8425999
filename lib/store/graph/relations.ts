import { badArgument, check, checkCount, describe } from '../../core/errors.ts'
import type { OptionNames } from '../../core/options.ts'
import type { Edge } from '../record.ts'
import type { NeighbourOptions } from '../store.ts'

/** Which relations are gone along: `both` takes those from a concept and those to it. */
export type Direction = 'out' | 'in' | 'both'

/** Which relations are looked at. */
export interface RelationOptions {
  /** Types of relations, such as 'hypernym'. Default: all. */
  readonly types?: readonly string[] | undefined
  /** Default 'out'. */
  readonly direction?: Direction | undefined
  /** Relations of each concept at most, in each direction, the heaviest first. Default: all. */
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export const RELATION_OPTIONS = {
  types: true,
  direction: true,
  limit: true,
  signal: true,
} as const satisfies OptionNames<RelationOptions>

/** What knows relations: a store. */
export interface Relations {
  neighbours(ids: readonly string[], options?: NeighbourOptions): Promise<readonly Edge[]>
}

/** A relation as it is gone along: `from` is the concept that was asked about, whichever end of the edge it is. */
export interface Way {
  readonly from: string
  readonly to: string
  readonly edge: Edge
}

/** Throws BAD_ARGUMENT for options that are none. */
export function checkRelationOptions({ types, direction, limit }: RelationOptions): void {
  if (types !== undefined)
    check(
      Array.isArray(types) && types.every((type) => typeof type === 'string'),
      'types',
      types,
      'an array of strings',
    )
  if (direction !== undefined && !['out', 'in', 'both'].includes(direction))
    throw badArgument('direction', describe(direction), "'out', 'in' or 'both'")
  if (limit !== undefined) checkCount('limit', limit)
}

/** The ways from some concepts, grouped in the order of the ids, those along an edge before those against one. */
export async function waysFrom(
  relations: Relations,
  ids: readonly string[],
  { types, direction = 'out', limit }: RelationOptions,
): Promise<Map<string, Way[]>> {
  const ways = new Map<string, Way[]>(ids.map((id) => [id, []]))
  if (direction !== 'in')
    for (const edge of await relations.neighbours(ids, { types, direction: 'out', limit }))
      ways.get(edge.source)?.push({ from: edge.source, to: edge.target, edge })
  if (direction !== 'out')
    for (const edge of await relations.neighbours(ids, { types, direction: 'in', limit }))
      ways.get(edge.target)?.push({ from: edge.target, to: edge.source, edge })
  return ways
}
