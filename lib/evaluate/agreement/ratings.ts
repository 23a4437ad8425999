import { badArgument, check } from '../../core/errors.ts'

/** Ratings of units: for each unit a list with one place for each rater, null where that one gave none. */
export type Ratings = readonly (readonly (number | null)[])[]

/** The ratings of a unit, without who gave them. */
export interface Unit {
  /** Places of the values in `values`, each once. */
  readonly places: Int32Array
  /** How often each was given. */
  readonly counts: Float64Array
  /** Ratings in all. */
  readonly ratings: number
}

/** Units that have some ratings, and the values that there are. */
export interface RatedUnits {
  readonly units: readonly Unit[]
  /** Ascending. */
  readonly values: Float64Array
}

/** Throws VmmError BAD_ARGUMENT unless there is a number or null for each unit and each of the same raters. */
export function checkRatings(ratings: Ratings): void {
  check(Array.isArray(ratings), 'ratings', ratings, 'an array of units')
  for (const [i, unit] of ratings.entries()) {
    check(Array.isArray(unit), `ratings[${i}]`, unit, 'an array of numbers and null')
    if (unit.length !== ratings[0]!.length)
      throw badArgument(`ratings[${i}]`, `${unit.length} raters`, `${ratings[0]!.length}, as ratings[0] has`)
    checkRow(`ratings[${i}]`, unit)
  }
}

/** Throws VmmError BAD_ARGUMENT naming the place of what is neither a finite number nor null. */
export function checkRow(argument: string, ratings: readonly (number | null)[]): void {
  for (const [i, rating] of ratings.entries())
    check(
      rating === null || Number.isFinite(rating),
      `${argument}[${i}]`,
      rating,
      'a finite number, or null for none',
    )
}

/** The units with at least so many ratings. */
export function ratedUnits(ratings: Ratings, least: number): RatedUnits {
  const given = ratings
    .map((unit) => unit.filter((rating) => rating !== null))
    .filter((unit) => unit.length >= least)
  const values = Float64Array.from(new Set(given.flat())).sort()
  const placeOf = new Map(Array.from(values, (value, place) => [value, place]))
  const units = given.map((unit): Unit => {
    const counts = new Map<number, number>()
    for (const rating of unit) {
      const place = placeOf.get(rating)!
      counts.set(place, (counts.get(place) ?? 0) + 1)
    }
    return {
      places: Int32Array.from(counts.keys()),
      counts: Float64Array.from(counts.values()),
      ratings: unit.length,
    }
  })
  return { units, values }
}
