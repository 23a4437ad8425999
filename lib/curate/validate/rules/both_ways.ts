import type { RelationTypes } from '../../candidates/relation_types.ts'
import type { Validator, Vote } from '../claim.ts'
import { directedClaims } from './directed.ts'

/** A claim that is also made from its other end, `A parent B` and `B child A`, or `A sibling B` and `B sibling A`, gets a YES. */
export function bothWaysRule(types: RelationTypes): Validator {
  const name = 'rule: both ways'
  return {
    name,
    rates: { falseYes: 0.3, falseNo: 0.3 },
    votes: async (claims) => {
      const directed = directedClaims(claims, types)
      const keyOf = (i: number, turned: boolean) => {
        const { type, from, to } = directed[i]!
        return JSON.stringify([type, from, to, turned])
      }
      const said = new Set(directed.map(({ turned }, i) => keyOf(i, turned)))
      return directed.map(({ turned, from, to }, i): Vote[] =>
        from !== to && said.has(keyOf(i, !turned))
          ? [{ by: name, holds: true, reason: 'it is claimed from both ends', prompt: null, sample: 0 }]
          : [],
      )
    },
  }
}
