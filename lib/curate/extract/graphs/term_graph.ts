import { grown } from '../../../core/grown.ts'
import type { CandidateRelation } from '../../candidates/candidate.ts'

/** A term with what is said of it. */
export interface GraphTerm {
  readonly term: string
  /** The line on which it came first. */
  readonly line: number
  readonly relations: readonly CandidateRelation[]
}

/** Terms and statements, in columns: millions of objects would take several times the memory. */
export interface TermGraph {
  /** A statement of a type about two terms. Weight: 0 … 1; line: where it stands, from 1. */
  add(type: string, source: string, target: string, weight: number, line: number): void
  /**
   * All terms in the order in which they came; of statements that came again, the one of the largest weight.
   *
   * @param targetOf the key of a term
   */
  terms(targetOf: (term: string) => string): Generator<GraphTerm, void, undefined>
}

const NONE = -1
/** A kind is one byte. */
const MOST_TYPES = 256
const i32 = (length: number) => new Int32Array(length)

export function termGraph(): TermGraph {
  const numbers = new Map<string, number>()
  const types: string[] = []
  let [lines, heads, tails] = [i32(1024), i32(1024), i32(1024)] // of terms
  let [targets, nexts, kinds, weights] = [i32(1024), i32(1024), new Uint8Array(1024), new Float64Array(1024)]
  let count = 0

  const numberOf = (term: string, line: number): number => {
    const known = numbers.get(term)
    if (known !== undefined) return known
    const number = numbers.size
    numbers.set(ownCopy(term), number)
    lines = grown(lines, number + 1, i32)
    heads = grown(heads, number + 1, i32)
    tails = grown(tails, number + 1, i32)
    lines[number] = line
    heads[number] = tails[number] = NONE
    return number
  }
  const kindOf = (type: string): number => {
    const known = types.indexOf(type)
    return known >= 0 ? known : types.push(type) - 1
  }
  /** Statements that begin at a term; of those that came again, the one of the largest weight. */
  const relationsOf = (number: number, names: readonly string[], targetOf: (term: string) => string) => {
    const found: { type: string; target: string; targetIs: 'key'; weight: number }[] = []
    const places = new Map<number, number>()
    for (let at = heads[number]!; at !== NONE; at = nexts[at]!) {
      const statement = targets[at]! * MOST_TYPES + kinds[at]!
      const weight = weights[at]!
      const place = places.get(statement)
      if (place === undefined) {
        places.set(statement, found.length)
        found.push({
          type: types[kinds[at]!]!,
          target: targetOf(names[targets[at]!]!),
          targetIs: 'key',
          weight,
        })
      } else if (weight > found[place]!.weight) found[place]!.weight = weight
    }
    return found
  }
  return {
    add: (type, source, target, weight, line) => {
      const from = numberOf(source, line)
      const to = numberOf(target, line)
      const at = count++
      targets = grown(targets, count, i32)
      nexts = grown(nexts, count, i32)
      kinds = grown(kinds, count, (length) => new Uint8Array(length))
      weights = grown(weights, count, (length) => new Float64Array(length))
      targets[at] = to
      nexts[at] = NONE
      kinds[at] = kindOf(type)
      weights[at] = weight
      if (heads[from] === NONE) heads[from] = at
      else nexts[tails[from]!] = at
      tails[from] = at
    },
    terms: function* (targetOf) {
      const names = [...numbers.keys()]
      for (let number = 0; number < names.length; number++)
        yield {
          term: names[number]!,
          line: lines[number]!,
          relations: heads[number] === NONE ? [] : relationsOf(number, names, targetOf),
        }
    },
  }
}

/** A text that does not keep the one alive that it was cut from. */
function ownCopy(text: string): string {
  return Buffer.from(text).toString()
}
