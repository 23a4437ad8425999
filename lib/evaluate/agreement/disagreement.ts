import type { RatedUnits, Unit } from './ratings.ts'

/** What differences of ratings mean: equal or not, the order alone, or how far they are apart. */
export type RatingScale = 'nominal' | 'ordinal' | 'interval'

/** Sums over ordered pairs of ratings, of 1 for two that differ, or of their squared difference. */
export interface Disagreement {
  /** Within units, that of each divided by its ratings less one. */
  readonly seen: number
  /** Among all ratings. */
  readonly all: number
  readonly ratings: number
}

/**
 * How far the ratings of units differ, and all ratings among each other; null where all are equal.
 *
 * @param times how often each unit counts
 */
export function disagreement(
  { units, values }: RatedUnits,
  scale: RatingScale,
  times: ArrayLike<number>,
): Disagreement | null {
  const totals = new Float64Array(values.length)
  let ratings = 0
  for (const [u, unit] of units.entries()) {
    if (times[u] === 0) continue
    for (const [i, place] of unit.places.entries()) totals[place]! += times[u]! * unit.counts[i]!
    ratings += times[u]! * unit.ratings
  }
  if (totals.filter((count) => count > 0).length < 2) return null
  const at = POSITIONS[scale](values, totals)
  let seen = 0
  for (const [u, unit] of units.entries())
    if (times[u] !== 0) seen += (times[u]! * apart(unit, at)) / (unit.ratings - 1)
  const everything = { places: Int32Array.from(values.keys()), counts: totals, ratings }
  return { seen, all: apart(everything, at), ratings }
}

/** Where values lie on a line, so that differences are those of the scale; null where there is no such line. */
const POSITIONS: Readonly<
  Record<RatingScale, (values: Float64Array, totals: Float64Array) => Float64Array | null>
> = {
  nominal: () => null,
  ordinal: (_, totals) => meanRanks(totals),
  interval: (values) => values,
}

/** Krippendorff's ordinal difference is the distance of ranks, those of equal ratings being in their middle. */
function meanRanks(totals: Float64Array): Float64Array {
  let below = 0
  return totals.map((count) => {
    below += count
    return below - count / 2
  })
}

function apart({ places, counts, ratings }: Unit, at: Float64Array | null): number {
  if (at === null) return ratings ** 2 - counts.reduce((sum, count) => sum + count ** 2, 0)
  const mean = places.reduce((sum, place, i) => sum + counts[i]! * at[place]!, 0) / ratings
  return 2 * ratings * places.reduce((sum, place, i) => sum + counts[i]! * (at[place]! - mean) ** 2, 0)
}
