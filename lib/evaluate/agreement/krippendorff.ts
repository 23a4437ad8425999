import { check } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import {
  AGREEMENT_OPTIONS,
  type AgreementCoefficient,
  type AgreementOptions,
  coefficient,
} from './coefficient.ts'
import { disagreement, type RatingScale } from './disagreement.ts'
import { checkRatings, type Ratings, ratedUnits } from './ratings.ts'

/** What ratings mean to Krippendorff's alpha. */
export interface AlphaOptions extends AgreementOptions {
  /** Default `ordinal`. */
  readonly scale?: RatingScale | undefined
}

const OPTIONS = { ...AGREEMENT_OPTIONS, scale: true } as const satisfies OptionNames<AlphaOptions>

const SCALES: readonly RatingScale[] = ['nominal', 'ordinal', 'interval']

/**
 * Krippendorff's alpha: how far any number of raters agree, of whom some may have left out some units. Units with one
 * rating count for nothing (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability). He asks for 0.8, and for
 * 0.667 where conclusions may be tentative.
 *
 * @param ratings units × raters, null where a rater gave none
 * @throws VmmError BAD_ARGUMENT for what is no ratings, and for options out of range
 * @example
 * ```js
 * import { krippendorffAlpha } from 'vector-mamba/evaluate'
 *
 * const ratings = [[1, 1, null], [2, 2, 3], [3, 3, 3], [5, null, 4], [4, 4, null]]
 * const { value, units } = krippendorffAlpha(ratings, { scale: 'ordinal' })
 * console.log(value.toFixed(3), units) // 0.912 5
 * ```
 */
export function krippendorffAlpha(ratings: Ratings, options: AlphaOptions = {}): AgreementCoefficient {
  refuseUnknown(options, OPTIONS)
  const { scale = 'ordinal', ...drawn } = options
  check(SCALES.includes(scale), 'scale', scale, SCALES.join(', '))
  checkRatings(ratings)
  const rated = ratedUnits(ratings, 2)
  const alpha = (times: ArrayLike<number>) => {
    const found = disagreement(rated, scale, times)
    return found && 1 - ((found.ratings - 1) * found.seen) / found.all
  }
  return coefficient(rated.units.length, alpha, drawn)
}
