import { formKey } from '../../candidates/form_key.ts'
import type { RelationTypes } from '../../candidates/relation_types.ts'
import type { Claim } from '../claim.ts'

/** A claim in the direction in which its type and the inverse of it are one: `A child B` is `B parent A`. */
export interface Directed {
  /** Of the two names of a type and its inverse, the one that was described first. */
  readonly type: string
  readonly from: string
  readonly to: string
  readonly weight: number
  /** Whether it was said the other way round. */
  readonly turned: boolean
  readonly symmetric: boolean
}

/** The claims so; their ends are told apart by their names and by what they are about. */
export function directedClaims(claims: readonly Claim[], types: RelationTypes): Directed[] {
  const places = new Map([...types.keys()].map((name, place) => [name, place]))
  return claims.map(({ source, type, target, about, weight = 0.5 }) => {
    const [a, b] = [endOf(source, about?.source), endOf(target, about?.target)]
    const inverse = types.get(type)?.inverse ?? null
    const symmetric = inverse === type
    const turned = symmetric ? b < a : inverse !== null && places.get(inverse)! < places.get(type)!
    const [from, to] = turned ? [b, a] : [a, b]
    return { type: turned && !symmetric ? inverse! : type, from, to, weight, turned, symmetric }
  })
}

function endOf(name: string, about: string | null | undefined): string {
  return `${formKey(name)}\n${about ?? ''}`
}

/** The name of an end, for people. */
export function nameOfEnd(end: string): string {
  return end.slice(0, end.indexOf('\n'))
}
