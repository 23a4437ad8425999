import { VmmError } from '../../core/errors.ts'
import type { Candidate, CandidateRelation } from '../candidates/candidate.ts'
import type { Drops } from '../candidates/drops.ts'
import { allTogether } from '../validate/all_together.ts'
import { claimsAbout } from './claims.ts'
import type { AskAgain } from './recheck.ts'
import type { Unit } from './unit.ts'
import {
  addDropped,
  type CheckedCandidate,
  type CheckedRelation,
  type CodeRun,
  type UnitResult,
  type Usage,
} from './unit_result.ts'

/** What a unit is worked on with. What is null is not done. */
export interface WorkTools {
  /** Candidates in a passage, by a language model. */
  readonly extract:
    | ((
        passages: Unit['passages'],
        signal: AbortSignal | undefined,
      ) => Promise<{ candidates: readonly Candidate[]; dropped: readonly Drops[] }>)
    | null
  /** What validators say of claims, in their order, each by so many votes. */
  readonly validate: AskAgain | null
  /** What a sandbox says of the code of a candidate. */
  readonly run: ((candidate: Candidate, signal: AbortSignal | undefined) => Promise<CodeRun>) | null
  /** What was asked and paid since it was asked last. */
  readonly usage: () => Usage
}

/** Extractors whose relations people have made by hand. */
const CHECKED: readonly string[] = ['wordnet']

/** Does all that a unit needs and nobody else has a part in. */
export async function workOn(unit: Unit, tools: WorkTools, signal?: AbortSignal): Promise<UnitResult> {
  signal?.throwIfAborted()
  const dropped = new Map<string, Drops>()
  const candidates = [...unit.candidates]
  if (unit.passages.length > 0) {
    if (!tools.extract) throw new VmmError('UNSUPPORTED', `${unit.name}: passages need a language model`)
    const found = await tools.extract(unit.passages, signal)
    candidates.push(...found.candidates)
    addDropped(dropped, found.dropped)
  }
  const relations = await checkRelations(candidates, tools, signal)
  // A sandbox has limits of its own on what runs at a time.
  const runs = await allTogether(candidates, signal, async (candidate, signal) =>
    candidate.code === null || !tools.run ? null : tools.run(candidate, signal),
  )
  const checked = candidates.map((candidate, i): CheckedCandidate => {
    const own = relations[i]!
    const refused = own.filter(({ accepted }) => accepted === false)
    if (refused.length > 0)
      addDropped(dropped, [
        {
          reason: 'relation refused by validation',
          count: refused.length,
          examples: refused.map(({ type, target }) => `${candidate.surfaceForms[0]} —${type}→ ${target}`),
        },
      ])
    return { ...candidate, relations: own, run: runs[i]! }
  })
  return {
    unit: unit.id,
    name: unit.name,
    candidates: checked,
    dropped: [...dropped.values()],
    usage: tools.usage(),
  }
}

async function checkRelations(
  candidates: readonly Candidate[],
  { validate }: WorkTools,
  signal: AbortSignal | undefined,
): Promise<readonly (readonly CheckedRelation[])[]> {
  if (!validate) return candidates.map(({ relations }) => relations.map(unchecked))
  const claimOf = claimsAbout(candidates)
  // What others have checked before nobody pays for again.
  const isAsked = ({ provenance }: Candidate) => !CHECKED.includes(provenance.extractor)
  const claims = candidates
    .filter(isAsked)
    .flatMap((candidate) => candidate.relations.map((relation) => claimOf(candidate, relation)))
  const judgements = claims.length === 0 ? [] : await validate(claims, 1, signal)
  let at = 0
  return candidates.map((candidate) =>
    candidate.relations.map((relation) => {
      const judgement = isAsked(candidate) ? judgements[at++]! : null
      if (judgement === null || judgement.votes.length === 0) return unchecked(relation)
      const { accepted, confidence, votes } = judgement
      return { ...relation, accepted, confidence, votes }
    }),
  )
}

function unchecked(relation: CandidateRelation): CheckedRelation {
  return { ...relation, accepted: null, confidence: null, votes: [] }
}
