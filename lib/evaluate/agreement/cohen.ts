import { check } from '../../core/errors.ts'
import { cohensKappa } from '../../core/kappa.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import {
  AGREEMENT_OPTIONS,
  type AgreementCoefficient,
  type AgreementOptions,
  coefficient,
} from './coefficient.ts'
import { checkRow } from './ratings.ts'

/** How much two ratings that differ count against agreement: all alike, by their difference, or by its square. */
export type KappaWeights = 'none' | 'linear' | 'quadratic'

/** What differences mean to Cohen's kappa. */
export interface KappaOptions extends AgreementOptions {
  /** Default `none`. */
  readonly weights?: KappaWeights | undefined
}

const OPTIONS = { ...AGREEMENT_OPTIONS, weights: true } as const satisfies OptionNames<KappaOptions>

const APART: Readonly<Record<KappaWeights, ((x: number, y: number) => number) | undefined>> = {
  none: undefined,
  linear: (x, y) => Math.abs(x - y),
  quadratic: (x, y) => (x - y) ** 2,
}

/**
 * Cohen's kappa of two raters (Cohen 1960), weighted by how far their ratings are apart (Cohen 1968) where that is asked
 * for. Units that one of them left out count for nothing. Time grows with the square of the number of different ratings.
 *
 * @param a ratings by the first, null where there is none
 * @param b ratings of the same units by the second
 * @throws VmmError BAD_ARGUMENT for lists of two lengths, for what is no rating, and for options out of range
 * @example
 * ```js
 * import { cohenKappa } from 'vector-mamba/evaluate'
 *
 * const [a, b] = [[1, 2, 3, 4, 5, 5], [1, 2, 3, 5, 4, null]]
 * console.log(cohenKappa(a, b).value, cohenKappa(a, b, { weights: 'quadratic' }).value) // 0.5 0.9
 * ```
 */
export function cohenKappa(
  a: readonly (number | null)[],
  b: readonly (number | null)[],
  options: KappaOptions = {},
): AgreementCoefficient {
  refuseUnknown(options, OPTIONS)
  const { weights = 'none', ...drawn } = options
  check(Object.hasOwn(APART, weights), 'weights', weights, Object.keys(APART).join(', '))
  check(Array.isArray(a), 'a', a, 'an array of numbers and null')
  check(Array.isArray(b) && b.length === a.length, 'b', b, `${a.length} ratings, as many as a has`)
  checkRow('a', a)
  checkRow('b', b)
  const both = a.flatMap((x, i) => {
    const y = b[i]!
    return x === null || y === null ? [] : [[x, y] as const]
  })
  const values = [...new Set(both.flat())]
  const placeOf = new Map(values.map((value, place) => [value, place]))
  const [left, right] = [0, 1].map((side) => Int32Array.from(both, (pair) => placeOf.get(pair[side]!)!))
  const between = APART[weights]
  const apart = between && ((i: number, j: number) => between(values[i]!, values[j]!))
  const kappa = (times: ArrayLike<number>) => cohensKappa(left!, right!, values.length, apart, times)
  return coefficient(both.length, kappa, drawn)
}
