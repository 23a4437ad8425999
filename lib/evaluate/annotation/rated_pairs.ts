import { badArgument, describe } from '../../core/errors.ts'
import type { Ratings } from '../agreement/ratings.ts'
import type { AnnotationKey } from './draw.ts'
import type { Rating } from './ratings_file.ts'

/** Ratings by the pairs that they are of. */
export interface RatedPairs {
  /** The last one of each rater for each item. */
  readonly ratings: readonly Rating[]
  /** Those that somebody has rated, in the order of the key or, without one, of the ratings. */
  readonly pairs: readonly string[]
  /** In the order of their names. */
  readonly raters: readonly string[]
  /** Those that have written what was rated, in the order of the key. */
  readonly systems: readonly string[]
  systemsOf(pair: string): ReadonlySet<string>
  /** Pairs × raters: the ratings of the first and of the second item that a rater has seen of a pair. */
  scale(name: 'meaning' | 'fluency'): { readonly first: Ratings; readonly second: Ratings }
}

/**
 * Joins ratings with the key of their items; without one, each item is a pair by itself.
 *
 * @throws VmmError BAD_ARGUMENT for an item that the key lacks
 */
export function ratedPairs(given: readonly Rating[], key: readonly AnnotationKey[] | undefined): RatedPairs {
  const last = new Map<string, Rating>()
  for (const rating of given) last.set(JSON.stringify([rating.rater, rating.item]), rating)
  const ratings = [...last.values()]
  const known: readonly AnnotationKey[] =
    key ?? ratings.map(({ item }) => ({ item, pair: item, systems: [] }))
  const keyed = new Map(known.map((entry) => [entry.item, entry]))
  for (const { item } of ratings)
    if (!keyed.has(item)) throw badArgument('ratings', `the item ${describe(item)}`, 'items of the key')
  const byItem = groupsOf(ratings, ({ item }) => item)
  const entries = [...keyed.values()].filter(({ item }) => byItem.has(item))
  const itemsOf = groupsOf(entries, ({ pair }) => pair)
  const pairs = [...itemsOf.keys()]
  const raters = [...new Set(ratings.map(({ rater }) => rater))].sort()
  const systemsOf = (pair: string) =>
    new Set(itemsOf.get(pair)!.flatMap(({ systems }) => systems.map(({ system }) => system)))
  return {
    ratings,
    pairs,
    raters,
    systems: [...new Set(pairs.flatMap((pair) => [...systemsOf(pair)]))],
    systemsOf,
    scale: (name) => {
      const seen = pairs.map((pair) => {
        const byRater = groupsOf(
          itemsOf.get(pair)!.flatMap(({ item }) => byItem.get(item)!),
          ({ rater }) => rater,
        )
        return raters.map((rater) => (byRater.get(rater) ?? []).flatMap((rating) => rating[name] ?? []))
      })
      const time = (at: number) => seen.map((unit) => unit.map((ratings) => ratings[at] ?? null))
      return { first: time(0), second: time(1) }
    },
  }
}

function groupsOf<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const name = nameOf(item)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [item])
    else group.push(item)
  }
  return groups
}
