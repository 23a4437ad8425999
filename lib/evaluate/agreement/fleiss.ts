import { badArgument } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import {
  AGREEMENT_OPTIONS,
  type AgreementCoefficient,
  type AgreementOptions,
  coefficient,
} from './coefficient.ts'
import { disagreement } from './disagreement.ts'
import { checkRatings, type Ratings, ratedUnits } from './ratings.ts'

/**
 * Fleiss' kappa: how far raters agree on categories. Each unit has the same number of ratings, from whomever (Fleiss 1971).
 *
 * @param ratings units × raters, null where a rater gave none
 * @throws VmmError BAD_ARGUMENT for what is no ratings, for units of fewer than two and of different numbers of them, and
 *   for options out of range
 * @example
 * ```js
 * import { fleissKappa } from 'vector-mamba/evaluate'
 *
 * const { value } = fleissKappa([[1, 1, 1], [1, 1, 2], [2, 2, 2], [3, 3, 2]])
 * console.log(value.toFixed(3)) // 0.467
 * ```
 */
export function fleissKappa(ratings: Ratings, options: AgreementOptions = {}): AgreementCoefficient {
  refuseUnknown(options, AGREEMENT_OPTIONS)
  checkRatings(ratings)
  const rated = ratedUnits(ratings, 0)
  const [first] = rated.units
  for (const [i, unit] of rated.units.entries()) {
    const count = `${unit.ratings} rating${unit.ratings === 1 ? '' : 's'}`
    if (unit.ratings < 2) throw badArgument(`ratings[${i}]`, count, '2 or more')
    if (unit.ratings !== first!.ratings)
      throw badArgument(`ratings[${i}]`, count, `${first!.ratings}, as ratings[0] has`)
  }
  const kappa = (times: ArrayLike<number>) => {
    const found = disagreement(rated, 'nominal', times)
    return found && 1 - (found.ratings * found.seen) / found.all
  }
  return coefficient(rated.units.length, kappa, options)
}
