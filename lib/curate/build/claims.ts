import type { Candidate, CandidateRelation } from '../candidates/candidate.ts'
import type { Claim } from '../validate/claim.ts'

type Named = Pick<Candidate, 'key' | 'text' | 'surfaceForms'>

/**
 * What validators are asked about relations of some candidates that were found together. A target that is told by its key is
 * called by its name where it is one of them.
 */
export function claimsAbout(
  candidates: readonly Named[],
): (source: Named, relation: CandidateRelation) => Claim {
  const byKey = new Map(candidates.flatMap((one) => (one.key === null ? [] : [[one.key, one] as const])))
  return ({ text, surfaceForms: [form] }, { type, target, targetIs, weight }) => {
    const other = targetIs === 'key' ? byKey.get(target) : undefined
    return {
      ...{ source: form!, type, target: other?.surfaceForms[0] ?? target, weight },
      about: { source: text === form ? null : text, target: other?.text ?? null },
    }
  }
}
