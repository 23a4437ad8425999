import type { RelationTypes } from '../../candidates/relation_types.ts'
import type { Validator, Vote } from '../claim.ts'
import { makeOrder } from './acyclic_order.ts'
import { directedClaims, nameOfEnd } from './directed.ts'

/** Steps of a circle that are named. */
const SHOWN = 5

/**
 * Claims of transitive types, such as parent, must not lead in a circle: taken from the heaviest on, those that would close
 * one get a NO. So does a claim of any type from a concept to itself.
 */
export function circleRule(types: RelationTypes): Validator {
  const name = 'rule: circle'
  return {
    name,
    rates: { falseYes: 0.5, falseNo: 0.01 },
    votes: async (claims, { signal } = {}) => {
      const no = (reason: string): Vote => ({ by: name, holds: false, reason, prompt: null, sample: 0 })
      const votes: Vote[][] = claims.map(() => [])
      const directed = directedClaims(claims, types)
      const heaviest = directed.map((_, i) => i).sort((a, b) => directed[b]!.weight - directed[a]!.weight)
      const orders = new Map<string, ReturnType<typeof makeOrder>>()
      for (const i of heaviest) {
        signal?.throwIfAborted()
        const { type, from, to } = directed[i]!
        if (from === to) {
          votes[i]!.push(no(`${nameOfEnd(from)} is related to itself`))
          continue
        }
        if (!types.get(type)?.transitive) continue
        const order = orders.get(type) ?? makeOrder()
        orders.set(type, order)
        const way = order.add(from, to)
        if (way === null) continue
        const names = way.map(nameOfEnd)
        const shown = names.length > SHOWN ? [...names.slice(0, SHOWN - 1), '…', names.at(-1)] : names
        votes[i]!.push(no(`${nameOfEnd(to)} leads back: ${shown.join(' → ')}`))
      }
      return votes
    },
  }
}
