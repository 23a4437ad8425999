import { badArgument, check, checkCount } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../core/run_options.ts'
import { requireSameSpace } from '../../core/space.ts'
import type { Vectors } from '../../core/vectors.ts'
import { checkSeed, randomNumbers } from '../../ops/random_numbers.ts'
import { coherences } from './coherence.ts'
import { groups } from './groups.ts'
import { linksOf } from './links.ts'
import { type MergeLimits, mergeAlike } from './merge.ts'
import { unitRows } from './unit_rows.ts'
import { type Voter, voteForms } from './vote.ts'

/** A relation between two candidates, by their places in the list. */
export interface CrystalRelation {
  readonly source: number
  readonly target: number
  readonly type: string
  /** 0 … 1 */
  readonly weight: number
  /** What validation has said of it; null where nobody was asked. */
  readonly accepted: boolean | null
}

/** Candidates that are to become concepts. */
export interface CrystalInput {
  readonly candidates: readonly Voter[]
  /** Of their texts, one each. */
  readonly vectors: Vectors
  /** Of the best form of each. */
  readonly formVectors: Vectors
  readonly relations: readonly CrystalRelation[]
}

/** What is left after a round, and what it has done. */
export interface CrystalRound {
  /** From 1. */
  readonly round: number
  readonly concepts: number
  /** Candidates that became one with another in this round, and concepts that were not coherent enough. */
  readonly merged: number
  readonly removed: number
  readonly relations: number
  /** Mean over the concepts that are left. */
  readonly coherence: number
}

/** How candidates crystallise. */
export interface CrystalOptions extends CallOptions {
  /** Rounds at most; it ends earlier when nothing changes. Default 5. */
  readonly rounds?: number | undefined
  /** Concepts stay whose coherence is above it. Default 0.7. */
  readonly keep?: number | undefined
  /** The cosine from which on two candidates are one: of the same form, default 0.8, and of any, default 0.97. */
  readonly merge?: Partial<MergeLimits> | undefined
  /** Default 0. */
  readonly seed?: number | undefined
  readonly onRound?: ((round: CrystalRound) => void) | undefined
}

const OPTIONS = {
  ...CALL_OPTIONS,
  rounds: true,
  keep: true,
  merge: true,
  seed: true,
  onRound: true,
} as const satisfies OptionNames<CrystalOptions>

/** A concept that candidates have become. */
export interface Crystal {
  /** The candidate whose text and vector it has. */
  readonly text: number
  /** All that have become it, in their order. */
  readonly members: readonly number[]
  /** Names of all members, by their votes. */
  readonly forms: readonly string[]
  /** 0 … 1 */
  readonly coherence: number
}

/** Candidates that are not among the concepts. */
export interface RemovedCandidates {
  readonly members: readonly number[]
  readonly coherence: number
  readonly round: number
}

/** What candidates have become. */
export interface Crystals {
  readonly concepts: readonly Crystal[]
  readonly removed: readonly RemovedCandidates[]
  /** Between concepts, by their places; of several of one type the heaviest, and none that validation has refused. */
  readonly relations: readonly Omit<CrystalRelation, 'accepted'>[]
  readonly rounds: readonly CrystalRound[]
}

/** Neighbours of a concept that are asked at most. */
const NEIGHBOURS = 16
const MERGE: MergeLimits = { sameForm: 0.8, anyForm: 0.97 }

/**
 * Makes concepts of candidates. In each round those whose `coherence` is not above `keep` are removed: how probable it is that
 * text, name and relations belong together (`coherences`), times the share of the relations that validation has accepted, where
 * it was asked. Of the others, those that mean the same become one (the same form and a like text, or texts that are nearly
 * equal), which keeps all names, and whose members vote for the best one. What is removed no longer speaks for or against its
 * neighbours, and who has joined speaks for the others, so that the next round judges anew, until nothing changes.
 *
 * Memory: the vectors, and some 100 bytes for each candidate and 60 for each relation.
 *
 * @param input candidates and vectors of one count; rows of zeros are refused
 * @throws VmmError BAD_ARGUMENT, SPACE_MISMATCH; the signal's reason
 * @example
 * ```js
 * import { vectorsFrom } from 'vector-mamba'
 * import { crystallise } from 'vector-mamba/curate'
 *
 * const rows = Float32Array.from([1, 0, 0.99, 0.1, 0, 1])
 * const candidates = [
 *   { forms: ['motor car', 'car'], confidence: 1 },
 *   { forms: ['car'], confidence: 0.9 },
 *   { forms: ['sea'], confidence: 1 },
 * ]
 * const vectors = vectorsFrom(rows, 2, 'example-2')
 * const { concepts } = await crystallise({ candidates, vectors, formVectors: vectors, relations: [] })
 * console.log(concepts.map(({ forms }) => forms.join('/')).join(' ')) // car/motor car sea
 * ```
 */
export async function crystallise(input: CrystalInput, options: CrystalOptions = {}): Promise<Crystals> {
  refuseUnknown(options, OPTIONS)
  checkRunOptions(options)
  const { rounds: most = 5, keep = 0.7, seed = 0, onRound } = options
  checkCount('rounds', most)
  check(typeof keep === 'number' && keep >= 0 && keep < 1, 'keep', keep, '0 … 1')
  checkSeed(seed)
  const merge = { ...MERGE, ...options.merge }
  const { candidates, relations } = input
  const { texts, forms, dims } = checkedInput(input)
  const run = { signal: options.signal, threads: options.threads, device: options.device }

  const joined = groups(candidates.length)
  /** By root: the member whose text it has, and its coherence; NaN once it is removed. */
  const textOf = Int32Array.from(candidates, (_, i) => i)
  const coherence = new Float64Array(candidates.length).fill(1)
  const removed: RemovedCandidates[] = []
  const rounds: CrystalRound[] = []
  const isThere = (root: number) => !Number.isNaN(coherence[root]!)

  for (let round = 1; round <= most; round++) {
    options.signal?.throwIfAborted()
    const roots = rootsOf(joined, candidates.length, isThere)
    const between = relationsOf(relations, joined, roots)
    const links = linksOf(
      roots.length,
      between.filter(({ refused }) => !refused),
      NEIGHBOURS,
    )
    const judged = { texts, forms, dims, links, rows: roots.map((root) => textOf[root]!) }
    const found = coherences(judged, randomNumbers(seed, 2 * round))
    const accepted = acceptedShares(roots.length, between)
    const members = joined.all()
    const before = removed.length
    for (const [place, root] of roots.entries()) {
      coherence[root] = found[place]! * accepted[place]!
      if (coherence[root]! > keep) continue
      removed.push({ members: members.get(root)!, coherence: coherence[root]!, round })
      coherence[root] = Number.NaN
    }
    // Only what is coherent may become one: a wrong text is often the right one of something else.
    const coherent = roots.filter(isThere)
    const rows = { texts, dims, textOf }
    const numbers = randomNumbers(seed, 2 * round + 1)
    const merged = await mergeAlike(coherent, rows, joined, candidates, merge, numbers, run)
    const left = coherent.filter((root) => joined.rootOf(root) === root)
    const done: CrystalRound = {
      ...{ round, merged, concepts: left.length, removed: removed.length - before },
      relations: relationsOf(relations, joined, left).filter(({ refused }) => !refused).length,
      coherence: left.reduce((sum, root) => sum + coherence[root]!, 0) / Math.max(1, left.length),
    }
    rounds.push(done)
    onRound?.(done)
    if (merged === 0 && done.removed === 0) break
  }

  const roots = rootsOf(joined, candidates.length, isThere)
  const members = joined.all()
  const concepts = Array.from(roots, (root): Crystal => {
    const own = members.get(root)!
    const names = voteForms(own.map((member) => candidates[member]!))
    return { text: textOf[root]!, members: own, forms: names, coherence: coherence[root]! }
  })
  const kept = relationsOf(relations, joined, roots).filter(({ refused }) => !refused)
  return {
    concepts,
    removed,
    relations: kept.map(({ source, target, type, weight }) => ({ source, target, type, weight })),
    rounds,
  }
}

function checkedInput({ candidates, vectors, formVectors, relations }: CrystalInput): {
  texts: Float32Array
  forms: Float32Array
  dims: number
} {
  requireSameSpace(vectors, formVectors)
  for (const [name, { count }] of Object.entries({ vectors, formVectors }))
    if (count !== candidates.length)
      throw badArgument(name, `${count} rows`, `${candidates.length}, one for each candidate`)
  for (const [at, { forms, confidence }] of candidates.entries()) {
    check(forms.length > 0, `candidates[${at}].forms`, forms, 'a name or more')
    check(confidence >= 0 && confidence <= 1, `candidates[${at}].confidence`, confidence, '0 … 1')
  }
  for (const [at, { source, target }] of relations.entries())
    for (const end of [source, target])
      if (!(Number.isInteger(end) && end >= 0 && end < candidates.length))
        throw badArgument(`relations[${at}]`, String(end), `0 … ${candidates.length - 1}`)
  return {
    texts: unitRows(vectors, 'vectors'),
    forms: unitRows(formVectors, 'formVectors'),
    dims: vectors.dims,
  }
}

/** The candidates that stand for the concepts that are there, in order. */
function rootsOf(
  { rootOf }: Pick<ReturnType<typeof groups>, 'rootOf'>,
  count: number,
  isThere: (root: number) => boolean,
): Int32Array {
  const roots: number[] = []
  for (let i = 0; i < count; i++) if (rootOf(i) === i && isThere(i)) roots.push(i)
  return Int32Array.from(roots)
}

interface Between extends Omit<CrystalRelation, 'accepted'> {
  readonly refused: boolean
  readonly asked: boolean
}

/** The relations between concepts, by their places in `roots`; of equal ones the heaviest, and an accepted one before others. */
function relationsOf(
  relations: readonly CrystalRelation[],
  { rootOf }: Pick<ReturnType<typeof groups>, 'rootOf'>,
  roots: Int32Array,
): Between[] {
  const places = new Map(Array.from(roots, (root, place) => [root, place]))
  const found = new Map<string, Between>()
  for (const { source, target, type, weight, accepted } of relations) {
    const from = places.get(rootOf(source))
    const to = places.get(rootOf(target))
    if (from === undefined || to === undefined || from === to) continue
    const refused = accepted === false
    const key = `${from} ${to} ${type}`
    const before = found.get(key)
    if (before && !(before.refused && !refused) && (before.refused !== refused || before.weight >= weight))
      continue
    found.set(key, { source: from, target: to, type, weight, refused, asked: accepted !== null })
  }
  return [...found.values()]
}

/** Of each concept, which share of its relations in either direction was accepted; 1 where none was looked at. */
function acceptedShares(count: number, relations: readonly Between[]): Float64Array {
  const asked = new Int32Array(count)
  const accepted = new Int32Array(count)
  for (const relation of relations) {
    if (!relation.asked) continue
    for (const end of [relation.source, relation.target]) {
      asked[end]!++
      if (!relation.refused) accepted[end]!++
    }
  }
  return Float64Array.from(asked, (n, i) => (n === 0 ? 1 : accepted[i]! / n))
}
