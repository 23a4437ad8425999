import { check, checkCount } from '../../core/errors.ts'
import type { Claim, ErrorRates, Judgement, Validator, Vote } from './claim.ts'

/** A claim of which it is known whether it holds. */
export interface KnownClaim {
  readonly claim: Claim
  readonly holds: boolean
}

/** How often a validator was wrong about claims that are known. */
export interface MeasuredRates extends ErrorRates {
  /** Votes on claims that hold, and on those that do not. */
  readonly right: number
  readonly wrong: number
  /** Votes that do not know. */
  readonly unread: number
}

/**
 * The error rates of a validator, measured on claims that are known: the mean of the Beta posterior that Jeffreys' prior
 * leads to, (errors + ½) / (votes + 1), so that few votes make nobody infallible.
 *
 * @throws what the validator throws
 * @example
 * ```js
 * import { measureRates } from 'vector-mamba/curate'
 *
 * // Says yes to everything.
 * const vote = { by: 'nodder', holds: true, reason: '', prompt: null, sample: 0 }
 * const nodder = { name: 'nodder', rates: { falseYes: 0.2, falseNo: 0.2 }, votes: async (all) => all.map(() => [vote]) }
 * const known = [true, true, false, false].map((holds) => ({
 *   claim: { source: 'dog', type: 'parent', target: holds ? 'animal' : 'stone' },
 *   holds,
 * }))
 * const { falseYes, falseNo } = await measureRates(nodder, known)
 * console.log(falseYes.toFixed(2), falseNo.toFixed(2)) // 0.83 0.17
 * ```
 */
export async function measureRates(
  validator: Validator,
  known: readonly KnownClaim[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<MeasuredRates> {
  const votes = await validator.votes(
    known.map(({ claim }) => claim),
    options,
  )
  return ratesOf(votes, known)
}

/** The same of votes that are there. */
export function ratesOf(votes: readonly (readonly Vote[])[], known: readonly KnownClaim[]): MeasuredRates {
  const count = { right: 0, wrong: 0, unread: 0, falseYes: 0, falseNo: 0 }
  for (const [i, { holds }] of known.entries())
    for (const vote of votes[i] ?? []) {
      if (vote.holds === null) {
        count.unread++
        continue
      }
      count[holds ? 'right' : 'wrong']++
      if (vote.holds !== holds) count[holds ? 'falseNo' : 'falseYes']++
    }
  return {
    ...count,
    falseYes: (count.falseYes + 0.5) / (count.wrong + 1),
    falseNo: (count.falseNo + 0.5) / (count.right + 1),
  }
}

/** Claims of about the same confidence. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  readonly count: number
  /** Their mean confidence, and the share of them that holds; NaN where there are none. */
  readonly confidence: number
  readonly holds: number
}

/** Whether confidence means what it says. */
export interface Calibration {
  readonly bins: readonly ReliabilityBin[]
  /** Mean distance between confidence and the share that holds, over bins by their counts: 0 is best. */
  readonly expectedError: number
  /** Mean squared distance between confidence and truth (Brier, 1950): 0 is best, 0.25 is a coin's. */
  readonly brier: number
}

/**
 * Compares confidence with what is known, in bins of equal width.
 *
 * @param holds of each judgement, whether its claim holds
 * @throws VmmError BAD_ARGUMENT where there are none, or not as many truths
 * @example
 * ```js
 * import { calibrationOf } from 'vector-mamba/curate'
 *
 * const judgements = [0.9, 0.9, 0.9, 0.1].map((confidence) => ({ confidence }))
 * const { expectedError, brier } = calibrationOf(judgements, [true, true, false, false])
 * console.log(expectedError.toFixed(3), brier.toFixed(3)) // 0.200 0.210
 * ```
 */
export function calibrationOf(
  judgements: readonly Pick<Judgement, 'confidence'>[],
  holds: readonly boolean[],
  bins = 10,
): Calibration {
  checkCount('bins', bins)
  check(judgements.length > 0, 'judgements', judgements, 'at least one')
  check(holds.length === judgements.length, 'holds', holds, `${judgements.length} truths`)
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, holds: 0 }))
  let squares = 0
  for (const [i, { confidence }] of judgements.entries()) {
    const own = sums[Math.min(Math.floor(confidence * bins), bins - 1)]!
    const truth = holds[i] ? 1 : 0
    own.count++
    own.confidence += confidence
    own.holds += truth
    squares += (confidence - truth) ** 2
  }
  const distance = sums.reduce((sum, own) => sum + Math.abs(own.confidence - own.holds), 0)
  return {
    bins: sums.map((own, i) => ({
      from: i / bins,
      to: (i + 1) / bins,
      count: own.count,
      confidence: own.confidence / own.count,
      holds: own.holds / own.count,
    })),
    expectedError: distance / judgements.length,
    brier: squares / judgements.length,
  }
}
