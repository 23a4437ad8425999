import { createHash } from 'node:crypto'
import type { CandidateCode, Provenance } from '../candidates/candidate.ts'
import type { CheckedCandidate, CheckedRelation, CodeRun } from './unit_result.ts'

/** A candidate as all units together have found it. */
export interface GatheredCandidate {
  /** Of its type, its text and its code. */
  readonly id: string
  readonly text: string
  readonly type: string
  /** In the order in which they were met. */
  readonly surfaceForms: readonly string[]
  /** The largest that an extractor has given it. */
  readonly confidence: number
  readonly code: CandidateCode | null
  readonly run: CodeRun | null
  readonly keys: readonly string[]
  readonly relations: readonly CheckedRelation[]
  /** Where it was found: the first places of many. */
  readonly provenance: readonly Provenance[]
  /** How often it was found. */
  readonly count: number
}

/** Candidates that are put together from the results of units. */
export interface Gathering {
  add(candidates: readonly CheckedCandidate[]): void
  /** In the order of their ids, whatever order the units came in. */
  all(): GatheredCandidate[]
}

/** Places of a candidate that are kept. */
const MOST_PLACES = 20

interface Open {
  readonly first: CheckedCandidate
  readonly forms: Set<string>
  readonly keys: Set<string>
  readonly relations: Map<string, CheckedRelation>
  readonly provenance: Provenance[]
  confidence: number
  run: CodeRun | null
  count: number
}

/** Nothing yet. Memory grows with the different candidates. */
export function gathering(): Gathering {
  const found = new Map<string, Open>()
  const open = (candidate: CheckedCandidate): Open => {
    const id = idOf(candidate)
    const known = found.get(id)
    if (known) return known
    const one: Open = {
      ...{ first: candidate, confidence: 0, run: candidate.run, count: 0 },
      ...{ forms: new Set(), keys: new Set(), relations: new Map(), provenance: [] },
    }
    found.set(id, one)
    return one
  }
  return {
    add: (candidates) => {
      for (const candidate of candidates) {
        const one = open(candidate)
        one.count++
        one.confidence = Math.max(one.confidence, candidate.score)
        one.run ??= candidate.run
        for (const form of candidate.surfaceForms) one.forms.add(form)
        if (candidate.key !== null) one.keys.add(candidate.key)
        for (const relation of candidate.relations) {
          const key = JSON.stringify([relation.type, relation.targetIs, relation.target])
          const before = one.relations.get(key)
          if (!before || surerThan(relation, before)) one.relations.set(key, relation)
        }
        one.provenance.push(candidate.provenance)
      }
    },
    all: () =>
      [...found]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([id, { first, forms, keys, relations, provenance, confidence, run, count }]) => ({
          ...{ id, text: first.text, type: first.type, code: first.code },
          ...{ surfaceForms: [...forms].sort(byFirst(first.surfaceForms)), confidence, run, count },
          keys: [...keys].sort(),
          relations: [...relations].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, relation]) => relation),
          provenance: provenance.sort(byPlace).slice(0, MOST_PLACES),
        })),
  }
}

function idOf({ type, text, code }: CheckedCandidate): string {
  const hash = createHash('sha256').update(JSON.stringify([type, text, code?.language, code?.source]))
  return `cpt_${hash.digest('hex').slice(0, 20)}`
}

/** One that was checked before one that was not, then the heavier one. */
function surerThan(a: CheckedRelation, b: CheckedRelation): boolean {
  const [x, y] = [a.confidence ?? -1, b.confidence ?? -1]
  return x > y || (x === y && a.weight > b.weight)
}

/** Units come in any order, so that what a candidate has from several of them must not depend on it. */
function byPlace(a: Provenance, b: Provenance): number {
  const [x, y] = [JSON.stringify(a), JSON.stringify(b)]
  return x === y ? 0 : x < y ? -1 : 1
}

function byFirst(first: readonly string[]): (a: string, b: string) => number {
  const place = (form: string) => (first.indexOf(form) < 0 ? first.length : first.indexOf(form))
  return (a, b) => place(a) - place(b) || (a < b ? -1 : 1)
}
