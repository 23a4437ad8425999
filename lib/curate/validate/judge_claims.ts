import { check } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import type { Claim, ErrorRates, Judgement, Validator, Vote } from './claim.ts'

/** How votes become confidence. */
export interface JudgeOptions {
  /** How likely it is that a claim holds before anybody votes. Default: its weight, within 0.05 … 0.95. */
  readonly prior?: number | undefined
  /** Claims of this confidence or more are accepted. Default 0.5. */
  readonly accept?: number | undefined
  /** Error rates of validators by their names, in place of their own. */
  readonly rates?: ReadonlyMap<string, ErrorRates> | undefined
  readonly signal?: AbortSignal | undefined
}

/** Nobody is never wrong. */
const LEAST_RATE = 1e-3
const [LEAST_PRIOR, GREATEST_PRIOR] = [0.05, 0.95]

/**
 * Has validators vote on claims, one validator after another, and says how likely each claim is by Bayes' rule: the log odds of
 * the prior plus, of each validator, log P(vote | holds) / P(vote | does not hold) by its error rates. Validators are taken to
 * err independently of each other; several votes of one count as their mean, since they do not.
 *
 * @throws VmmError BAD_ARGUMENT for wrong options; what the validators throw
 * @example
 * ```js
 * import { judgeClaims, ruleValidators } from 'vector-mamba/curate'
 *
 * const claims = [
 *   { source: 'dog', type: 'parent', target: 'animal', weight: 0.9 },
 *   { source: 'animal', type: 'parent', target: 'dog', weight: 0.6 },
 * ]
 * const judged = await judgeClaims(claims, await ruleValidators({ wordnet: false }))
 * console.log(judged.map(({ accepted }) => accepted).join()) // true,false
 * ```
 */
export async function judgeClaims(
  claims: readonly Claim[],
  validators: readonly Validator[],
  options: JudgeOptions = {},
): Promise<Judgement[]> {
  refuseUnknown(options, { prior: true, accept: true, rates: true, signal: true })
  const { prior, accept = 0.5, rates, signal } = options
  for (const [name, value] of Object.entries({ prior: prior ?? 0.5, accept }))
    check(value > 0 && value < 1, name, value, 'a number between 0 and 1')
  const votes: Vote[][] = claims.map(() => [])
  for (const validator of validators)
    for (const [i, own] of (await validator.votes(claims, { signal })).entries()) votes[i]!.push(...own)
  const known = new Map(validators.map((one) => [one.name, rates?.get(one.name) ?? one.rates]))
  return claims.map((claim, i) => {
    const before = prior ?? Math.min(Math.max(claim.weight ?? 0.5, LEAST_PRIOR), GREATEST_PRIOR)
    const confidence = confidenceOf(votes[i]!, known, before)
    return { claim, votes: votes[i]!, confidence, accepted: confidence >= accept }
  })
}

/**
 * How likely it is, after some votes, that a claim holds. Votes of nobody that is known count for nothing.
 *
 * @param prior 0 … 1, both excluded
 */
export function confidenceOf(
  votes: readonly Vote[],
  rates: ReadonlyMap<string, ErrorRates>,
  prior: number,
): number {
  let odds = Math.log(prior / (1 - prior))
  for (const by of new Set(votes.map((vote) => vote.by))) {
    const own = rates.get(by)
    const said = votes.filter((vote) => vote.by === by && vote.holds !== null)
    if (own === undefined || said.length === 0) continue
    const [falseYes, falseNo] = [own.falseYes, own.falseNo].map((x) =>
      Math.min(Math.max(x, LEAST_RATE), 1 - LEAST_RATE),
    ) as [number, number]
    const yes = Math.log((1 - falseNo) / falseYes)
    const no = Math.log(falseNo / (1 - falseYes))
    odds += said.reduce((sum, { holds }) => sum + (holds ? yes : no), 0) / said.length
  }
  return 1 / (1 + Math.exp(-odds))
}
