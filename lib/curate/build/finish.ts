import type { Encoder } from '../../core/encoder.ts'
import { dotOfRows, pickRows } from '../../core/rows.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { trustedVectors, type Vectors } from '../../core/vectors.ts'
import type { Edge } from '../../store/record.ts'
import type { ConceptStore } from '../../store/store.ts'
import type { Provenance } from '../candidates/candidate.ts'
import type { Drops } from '../candidates/drops.ts'
import { type CrystalRound, crystallise } from '../crystallise/crystallise.ts'
import type { Claim, Judgement } from '../validate/claim.ts'
import type { CurateConfig } from './config.ts'
import type { GatheredCandidate } from './gather.ts'
import { type ResolvedRelation, resolveRelations } from './resolve.ts'
import { textVectors } from './text_vectors.ts'
import type { FinishedConcept } from './write_store.ts'

/** The domains of a concept. */
export interface ConceptDomains {
  readonly primary: string
  /** 0 … 1 */
  readonly confidence: number
  readonly scores: Readonly<Record<string, number>>
}

/** What candidates are finished with. What is null is not done. */
export interface FinishTools {
  readonly encoders: readonly Encoder[]
  /** What rules say of all relations together. */
  readonly rules: ((claims: readonly Claim[], signal?: AbortSignal) => Promise<readonly Judgement[]>) | null
  readonly classify:
    | ((
        texts: readonly string[],
        vectors: Vectors,
        options: CallOptions,
      ) => Promise<readonly ConceptDomains[]>)
    | null
}

/** What candidates have become. */
export interface FinishedConcepts {
  readonly concepts: readonly FinishedConcept[]
  /** Of each encoder's space. */
  readonly vectors: readonly Vectors[]
  readonly relations: readonly Edge[]
  readonly provenance: readonly { readonly id: string; readonly found: readonly Provenance[] }[]
  readonly rounds: readonly CrystalRound[]
  readonly dropped: readonly Drops[]
}

/** Called as vectors are made and rounds are done. */
export type FinishProgress = (
  stage: 'embed' | 'crystallise' | 'classify',
  done: number,
  total: number,
) => void

const EXAMPLES = 5

/**
 * Makes concepts of all candidates together: vectors of texts and names, the ends of relations, rules, crystals, domains. What
 * is encoded is kept in a store of its own, so that a call after a killed one is quick; all else is done again.
 */
export async function finishConcepts(
  candidates: readonly GatheredCandidate[],
  config: CurateConfig,
  tools: FinishTools,
  kept: ConceptStore,
  options: CallOptions & { readonly onProgress?: FinishProgress | undefined } = {},
): Promise<FinishedConcepts> {
  const { onProgress, ...call } = options
  const [encoder] = tools.encoders as readonly [Encoder]
  const texts = candidates.map(({ text }) => text)
  const names = candidates.map(({ surfaceForms }) => surfaceForms[0]!)
  const total = texts.length + names.length
  const encoded = async (some: readonly string[], by: Encoder, before: number, all: number) =>
    textVectors(some, by, kept, { ...call, onProgress: (n) => onProgress?.('embed', before + n, all) })
  const vectors = await encoded(texts, encoder, 0, total)
  const formVectors = await encoded(names, encoder, texts.length, total)

  const dropped: Drops[] = []
  const resolved = resolveRelations(candidates, likenessOf(vectors))
  dropped.push(...resolved.dropped)
  const relations = await obeyRules(candidates, resolved.relations, tools.rules, dropped, call.signal)

  const { rounds, keep, sameForm, anyForm } = config.crystallise
  const crystals = await crystallise(
    {
      candidates: candidates.map(({ surfaceForms: forms, confidence }) => ({ forms, confidence })),
      ...{ vectors, formVectors, relations },
    },
    {
      ...call,
      ...{ rounds, keep, merge: { sameForm, anyForm }, seed: config.seed },
      onRound: ({ round }) => onProgress?.('crystallise', round, rounds),
    },
  )
  if (crystals.removed.length > 0)
    dropped.push({
      reason: 'text, name and relations do not belong together',
      count: crystals.removed.reduce((sum, { members }) => sum + members.length, 0),
      examples: crystals.removed.slice(0, EXAMPLES).map(({ members: [first], coherence }) => {
        const { surfaceForms, text } = candidates[first!]!
        return `${surfaceForms[0]}: ${text} (${coherence.toFixed(2)})`
      }),
    })

  const chosen = crystals.concepts.map(({ text }) => text)
  const own = trustedVectors(
    [pickRows(vectors.toFloat32Array(), vectors.dims, Int32Array.from(chosen))],
    vectors.dims,
    vectors.space,
  )
  const chosenTexts = chosen.map((place) => texts[place]!)
  const others: Vectors[] = []
  for (const other of tools.encoders.slice(1))
    others.push(await encoded(chosenTexts, other, 0, chosen.length))
  onProgress?.('classify', 0, chosen.length)
  const domains = (await tools.classify?.(chosenTexts, own, call)) ?? []

  const scores = validationScores(candidates.length, relations)
  const concepts = crystals.concepts.map(({ text: place, members, forms, coherence }, i): FinishedConcept => {
    const { id, text, type, code, run, provenance } = candidates[place]!
    const [found] = provenance
    return {
      ...{ id, text, type, surfaceForms: forms, confidence: coherence, originModel: encoder.name },
      modality: type === 'concept' || type === 'definition' ? 'abstract' : 'text',
      primaryDomain: domains[i]?.primary ?? null,
      domainConfidence: domains[i]?.confidence ?? null,
      domainScores: domains[i]?.scores ?? {},
      codeMetadata: run?.metadata ?? (code === null ? null : unknownCode(code.language)),
      validationScore: meanOf(members.map((member) => scores[member]!)),
      ...{ sourceDataset: found?.source ?? null, document: found?.document ?? null },
      ...{ position: found?.position ?? null, line: found?.line ?? null },
    }
  })
  return {
    concepts,
    vectors: [own, ...others],
    relations: crystals.relations.map(({ source, target, type, weight }) => ({
      source: concepts[source]!.id,
      target: concepts[target]!.id,
      ...{ type, weight, domainSpecific: null },
    })),
    provenance: crystals.concepts.map(({ text, members }) => ({
      id: candidates[text]!.id,
      found: members.flatMap((member) => candidates[member]!.provenance),
    })),
    rounds: crystals.rounds,
    dropped,
  }
}

function likenessOf(vectors: Vectors): (a: number, b: number) => number {
  const rows = vectors.toFloat32Array()
  return (a, b) => dotOfRows(rows, a, rows, b, vectors.dims)
}

/** The relations, of which those that rules refuse are refused whatever else was said of them. */
async function obeyRules(
  candidates: readonly GatheredCandidate[],
  relations: readonly ResolvedRelation[],
  rules: FinishTools['rules'],
  dropped: Drops[],
  signal: AbortSignal | undefined,
): Promise<readonly ResolvedRelation[]> {
  if (!rules) return relations
  const nameOf = (place: number) => candidates[place]!.surfaceForms[0]!
  const claims = relations.map(
    ({ source, target, type, weight }): Claim => ({
      ...{ source: nameOf(source), target: nameOf(target), type, weight },
      about: { source: candidates[source]!.text, target: candidates[target]!.text },
    }),
  )
  const judgements = await rules(claims, signal)
  const refused = new Map<string, string[]>()
  const obeyed = relations.map((relation, i) => {
    const against = judgements[i]!.votes.find(({ holds }) => holds === false)
    if (judgements[i]!.accepted || !against) return relation
    const { source, type, target } = claims[i]!
    const reason = `relation refused by a ${against.by}`
    refused.set(reason, [...(refused.get(reason) ?? []), `${source} —${type}→ ${target}`])
    return { ...relation, accepted: false }
  })
  for (const [reason, all] of refused)
    dropped.push({ reason, count: all.length, examples: all.slice(0, EXAMPLES) })
  return obeyed
}

/** Of each candidate, how likely its relations are on average after validation; NaN where none was looked at. */
function validationScores(count: number, relations: readonly ResolvedRelation[]): Float64Array {
  const sums = new Float64Array(count)
  const asked = new Int32Array(count)
  for (const { source, checked } of relations) {
    if (checked.confidence === null) continue
    sums[source]! += checked.confidence
    asked[source]!++
  }
  return sums.map((sum, i) => sum / asked[i]!)
}

function meanOf(scores: readonly number[]): number | null {
  const known = scores.filter((score) => !Number.isNaN(score))
  return known.length === 0 ? null : known.reduce((sum, score) => sum + score, 0) / known.length
}

function unknownCode(language: string): NonNullable<FinishedConcept['codeMetadata']> {
  return {
    ...{ language, astHash: null, works: null, testCoverage: null, complexity: null },
    performanceMetrics: {},
  }
}
