import { check, checkCount } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { checkSeed } from '../../ops/random_numbers.ts'
import type { AgreementCoefficient } from '../agreement/coefficient.ts'
import { cohenKappa } from '../agreement/cohen.ts'
import type { RatingScale } from '../agreement/disagreement.ts'
import { fleissKappa } from '../agreement/fleiss.ts'
import { krippendorffAlpha } from '../agreement/krippendorff.ts'
import type { Ratings } from '../agreement/ratings.ts'
import { bootstrap, type Interval } from '../metrics/bootstrap.ts'
import type { AnnotationKey } from './draw.ts'
import { type RatedPairs, ratedPairs } from './rated_pairs.ts'
import type { Rating } from './ratings_file.ts'

/** How far raters agree in one of the things that they rate. */
export interface ScaleAgreement {
  readonly alpha: Readonly<Record<RatingScale, AgreementCoefficient>>
  /** Of the pairs that all raters have rated. */
  readonly fleiss: AgreementCoefficient
  readonly cohen: readonly PairOfRaters[]
}

/** Cohen's kappa of two raters. */
export interface PairOfRaters {
  readonly raters: readonly [string, string]
  readonly plain: AgreementCoefficient
  /** With squared differences. */
  readonly quadratic: AgreementCoefficient
}

/** How a rater rates. */
export interface RaterReport {
  readonly rater: string
  /** Items that were rated, those that came again among them. */
  readonly items: number
  /** That an item took, the median. */
  readonly milliseconds: number
  readonly meaning: RaterScale
  readonly fluency: RaterScale
}

/** How a rater rates one of the things. */
export interface RaterScale {
  /** Null where nothing was rated. */
  readonly mean: number | null
  /** Null where no pair was rated twice. */
  readonly repeated: Consistency | null
}

/** How far a rater agrees with what the same rater said before. */
export interface Consistency {
  /** Pairs that were rated twice. */
  readonly pairs: number
  /** Share of them that got the same rating. */
  readonly same: number
  /** Mean difference of the two ratings, without its sign. */
  readonly difference: number
  /** Cohen's kappa with squared differences. */
  readonly kappa: AgreementCoefficient
}

/** How what a system has written was rated. */
export interface SystemReport {
  readonly system: string
  readonly meaning: SystemScale
  readonly fluency: SystemScale
}

/** The mean over pairs, of the mean over raters of each. */
export interface SystemScale {
  /** Pairs that were rated. */
  readonly pairs: number
  readonly mean: number | null
  /** 95 %, by the bootstrap over pairs. */
  readonly interval: Interval | null
}

/** What ratings come to. Plain JSON. */
export interface RatingsReport {
  /** Ratings that count, and those that a rater gave anew. */
  readonly ratings: number
  readonly replaced: number
  /** Pairs of reference and text that were rated; items, where there is no key. */
  readonly pairs: number
  readonly agreement: { readonly meaning: ScaleAgreement; readonly fluency: ScaleAgreement }
  readonly raters: readonly RaterReport[]
  /** Where there is a key. */
  readonly systems?: readonly SystemReport[]
  readonly resamples: number
  readonly seed: number
}

/** What ratings are joined with. */
export interface RatingsReportOptions {
  /** Tells which items are of the same pair, and which systems wrote the texts. */
  readonly key?: readonly AnnotationKey[] | undefined
  /** Draws of the bootstrap. Default 2,000. */
  readonly resamples?: number | undefined
  /** Decides the draws. Default 0. */
  readonly seed?: number | undefined
}

const OPTIONS = {
  key: true,
  resamples: true,
  seed: true,
} as const satisfies OptionNames<RatingsReportOptions>

type Drawn = { readonly resamples: number; readonly seed: number }

/**
 * How far raters agree with each other and with themselves, and how each system was rated. Where a rater rates an item
 * anew, the last rating counts. Of a pair that a rater has rated twice, the item that comes first in the key counts for
 * agreement and means; both are compared in `repeated`.
 *
 * @throws VmmError BAD_ARGUMENT for no rating, for items that the key lacks, and for options out of range
 * @example
 * ```js
 * import { ratingsReport } from 'vector-mamba/evaluate'
 *
 * const given = (rater, ...meanings) =>
 *   meanings.map((meaning, i) => ({ rater, item: `item ${i}`, meaning, fluency: 5, ms: 4000 }))
 * const ratings = [...given('ada', 1, 2, 4, 5), ...given('bea', 1, 3, 4, 5)]
 * const { agreement, raters } = ratingsReport(ratings)
 * console.log(agreement.meaning.alpha.ordinal.value.toFixed(2), agreement.fluency.alpha.ordinal.value) // 0.98 null
 * console.log(raters.map(({ rater, meaning }) => `${rater} ${meaning.mean}`).join(', ')) // ada 3, bea 3.25
 * ```
 */
export function ratingsReport(ratings: readonly Rating[], options: RatingsReportOptions = {}): RatingsReport {
  refuseUnknown(options, OPTIONS)
  const { key, resamples = 2000, seed = 0 } = options
  checkCount('resamples', resamples)
  checkSeed(seed)
  check(Array.isArray(ratings) && ratings.length > 0, 'ratings', ratings, 'at least one rating')
  const rated = ratedPairs(ratings, key)
  const drawn = { resamples, seed }
  const scales = { meaning: rated.scale('meaning'), fluency: rated.scale('fluency') }
  return {
    ratings: rated.ratings.length,
    replaced: ratings.length - rated.ratings.length,
    pairs: rated.pairs.length,
    agreement: {
      meaning: agreementOf(rated.raters, scales.meaning.first, drawn),
      fluency: agreementOf(rated.raters, scales.fluency.first, drawn),
    },
    raters: rated.raters.map((rater, i) => ({
      rater,
      ...paceOf(rated.ratings.filter((one) => one.rater === rater)),
      meaning: raterScale(scales.meaning, i, drawn),
      fluency: raterScale(scales.fluency, i, drawn),
    })),
    ...(key && {
      systems: rated.systems.map((system) => ({
        system,
        meaning: systemScale(rated, scales.meaning.first, system, drawn),
        fluency: systemScale(rated, scales.fluency.first, system, drawn),
      })),
    }),
    ...drawn,
  }
}

function agreementOf(raters: readonly string[], ratings: Ratings, drawn: Drawn): ScaleAgreement {
  const alpha = (scale: RatingScale) => krippendorffAlpha(ratings, { ...drawn, scale })
  const complete = raters.length > 1 ? ratings.filter((unit) => !unit.includes(null)) : []
  const column = (rater: number) => ratings.map((unit) => unit[rater]!)
  return {
    alpha: { nominal: alpha('nominal'), ordinal: alpha('ordinal'), interval: alpha('interval') },
    fleiss: fleissKappa(complete, drawn),
    cohen: raters.flatMap((a, i) =>
      raters.slice(i + 1).map((b, j) => {
        const kappa = (weights: 'none' | 'quadratic') =>
          cohenKappa(column(i), column(i + 1 + j), { ...drawn, weights })
        return { raters: [a, b] as const, plain: kappa('none'), quadratic: kappa('quadratic') }
      }),
    ),
  }
}

function paceOf(ratings: readonly Rating[]): Pick<RaterReport, 'items' | 'milliseconds'> {
  const sorted = Float64Array.from(ratings, ({ ms }) => ms).sort()
  const middle = (sorted.length - 1) / 2
  return {
    items: ratings.length,
    milliseconds: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2,
  }
}

function raterScale(
  { first, second }: { readonly first: Ratings; readonly second: Ratings },
  rater: number,
  drawn: Drawn,
): RaterScale {
  const given = first.flatMap((unit) => unit[rater] ?? [])
  const twice = first.flatMap((unit, i) => {
    const [before, again] = [unit[rater]!, second[i]![rater]!]
    return before === null || again === null ? [] : [[before, again] as const]
  })
  if (twice.length === 0) return { mean: meanOf(given), repeated: null }
  const differences = twice.map(([before, again]) => Math.abs(before - again))
  const [before, again] = [0, 1].map((time) => twice.map((pair) => pair[time]!))
  return {
    mean: meanOf(given),
    repeated: {
      pairs: twice.length,
      same: differences.filter((difference) => difference === 0).length / twice.length,
      difference: meanOf(differences)!,
      kappa: cohenKappa(before!, again!, { ...drawn, weights: 'quadratic' }),
    },
  }
}

function systemScale(
  { pairs, systemsOf }: RatedPairs,
  ratings: Ratings,
  system: string,
  drawn: Drawn,
): SystemScale {
  const means = ratings.flatMap((unit, i) =>
    systemsOf(pairs[i]!).has(system) ? (meanOf(unit.filter((rating) => rating !== null)) ?? []) : [],
  )
  if (means.length === 0) return { pairs: 0, mean: null, interval: null }
  const mean = (times: Int32Array) => [means.reduce((sum, x, i) => sum + times[i]! * x, 0) / means.length]
  return { pairs: means.length, mean: meanOf(means), interval: bootstrap(means.length, mean, drawn)[0]! }
}

function meanOf(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : numbers.reduce((sum, x) => sum + x, 0) / numbers.length
}
