import { checkCount } from '../../core/errors.ts'
import type { OptionNames } from '../../core/options.ts'
import { checkSeed } from '../../ops/random_numbers.ts'
import { bootstrapDraws, type Interval, percentileInterval } from '../metrics/bootstrap.ts'

/** How the interval of a coefficient is drawn. */
export interface AgreementOptions {
  /** Draws of the bootstrap. Default 2,000. */
  readonly resamples?: number | undefined
  /** Decides the draws. Default 0. */
  readonly seed?: number | undefined
}

export const AGREEMENT_OPTIONS = {
  resamples: true,
  seed: true,
} as const satisfies OptionNames<AgreementOptions>

/** How far raters agree beyond chance. */
export interface AgreementCoefficient {
  /** At most 1; 0 for as often as chance would, less for less often. Null where all ratings are equal, and where there are none. */
  readonly value: number | null
  /** 95 %, by the bootstrap over units. Null where `value` is, and where more than a twentieth of the draws have no value. */
  readonly interval: Interval | null
  /** Units that it is of. */
  readonly units: number
}

/**
 * A coefficient with its interval: units are drawn with repetition (Efron 1979; Zapf et al. 2016 compare such intervals).
 *
 * @param statistic the coefficient of a draw, given how often each unit is in it
 */
export function coefficient(
  units: number,
  statistic: (times: ArrayLike<number>) => number | null,
  options: AgreementOptions,
): AgreementCoefficient {
  const { resamples = 2000, seed = 0 } = options
  checkCount('resamples', resamples)
  checkSeed(seed)
  const value = statistic(new Int32Array(units).fill(1))
  if (value === null) return { value, interval: null, units }
  const drawn = bootstrapDraws(units, statistic, { resamples, seed }).filter((one) => one !== null)
  const isTold = drawn.length >= 0.95 * resamples
  return { value, interval: isTold ? percentileInterval(drawn) : null, units }
}
