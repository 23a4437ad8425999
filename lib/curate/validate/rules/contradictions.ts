import type { RelationTypes } from '../../candidates/relation_types.ts'
import type { Validator, Vote } from '../claim.ts'
import { type Directed, directedClaims, nameOfEnd } from './directed.ts'

/** Types that cannot hold between the same two concepts. */
const EXCLUDE: readonly (readonly [string, string])[] = [
  ['conflicts_with', 'parent'],
  ['conflicts_with', 'enables'],
  ['conflicts_with', 'requires'],
  ['sibling', 'parent'],
]

/** Of claims of the same weight, the one that says less goes: the later one here. */
const TELLING = ['parent', 'requires', 'enables', 'conflicts_with', 'sibling']

/**
 * What excludes another claim between the same two concepts, and is not heavier, gets a NO: a concept does not conflict with
 * its parent or with what it needs, and its sibling is not its parent.
 */
export function contradictionRule(types: RelationTypes): Validator {
  const name = 'rule: contradiction'
  return {
    name,
    rates: { falseYes: 0.5, falseNo: 0.01 },
    votes: async (claims) => {
      const directed = directedClaims(claims, types)
      const pairs = new Map<string, number[]>()
      for (const [i, { from, to }] of directed.entries()) {
        const pair = from < to ? `${from}\n${to}` : `${to}\n${from}`
        const known = pairs.get(pair)
        if (known) known.push(i)
        else pairs.set(pair, [i])
      }
      const votes: Vote[][] = claims.map(() => [])
      for (const places of pairs.values())
        for (const i of places.length > 1 ? places : []) {
          const against = places.map((j) => directed[j]!).find((other) => excludes(other, directed[i]!))
          if (against === undefined) continue
          const reason = `${nameOfEnd(against.from)} ${against.type} ${nameOfEnd(against.to)} is claimed as well`
          votes[i]!.push({ by: name, holds: false, reason, prompt: null, sample: 0 })
        }
      return votes
    },
  }
}

/** Whether a claim says that another one of the same two concepts does not hold, and is the stronger one. */
function excludes(one: Directed, other: Directed): boolean {
  if (!EXCLUDE.some(([a, b]) => (one.type === a && other.type === b) || (one.type === b && other.type === a)))
    return false
  if (one.weight !== other.weight) return one.weight > other.weight
  return TELLING.indexOf(one.type) < TELLING.indexOf(other.type)
}
