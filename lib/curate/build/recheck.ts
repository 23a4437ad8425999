import type { Claim, Judgement } from '../validate/claim.ts'
import { claimsAbout } from './claims.ts'
import { readResult, writeResult } from './unit_result.ts'

/** Asks once more about claims, with so many votes of each model in all. */
export type AskAgain = (
  claims: readonly Claim[],
  votes: number,
  signal: AbortSignal | undefined,
) => Promise<readonly Judgement[]>

interface Uncertain {
  readonly unit: string
  readonly candidate: number
  readonly relation: number
  readonly doubt: number
}

/**
 * Has the relations that are least certain voted on once more, and keeps the new votes beside the old ones in the results of their
 * units. What was done when it is interrupted stays.
 *
 * @param results the folder of units' results
 * @param most relations that are asked about
 * @returns how many were, and how many of them are now accepted or refused that were not before
 */
export async function recheck(
  results: string,
  units: readonly string[],
  most: number,
  askAgain: AskAgain,
  signal: AbortSignal | undefined,
): Promise<{ readonly asked: number; readonly changed: number }> {
  const chosen = new Map<string, Uncertain[]>()
  for (const one of (await uncertain(results, units)).slice(0, most)) {
    const list = chosen.get(one.unit)
    if (list) list.push(one)
    else chosen.set(one.unit, [one])
  }
  let [asked, changed] = [0, 0]
  for (const [unit, places] of chosen) {
    signal?.throwIfAborted()
    const result = await readResult(results, unit)
    const candidates = result.candidates.map((one) => ({ ...one, relations: [...one.relations] }))
    const relationOf = ({ candidate, relation }: Uncertain) => candidates[candidate]!.relations[relation]!
    const votes = Math.max(...places.map((place) => votesOf(relationOf(place).votes))) + 1
    const claimOf = claimsAbout(candidates)
    const claims = places.map((place) => claimOf(candidates[place.candidate]!, relationOf(place)))
    const judgements = await askAgain(claims, votes, signal)
    for (const [i, place] of places.entries()) {
      const { accepted, confidence, votes } = judgements[i]!
      const before = relationOf(place)
      candidates[place.candidate]!.relations[place.relation] = { ...before, accepted, confidence, votes }
      asked++
      if (before.accepted !== accepted) changed++
    }
    await writeResult(results, { ...result, candidates })
  }
  return { asked, changed }
}

/** Relations that somebody was asked about, the least certain first. */
async function uncertain(results: string, units: readonly string[]): Promise<Uncertain[]> {
  const all: Uncertain[] = []
  for (const unit of units)
    for (const [candidate, { relations }] of (await readResult(results, unit)).candidates.entries())
      for (const [relation, { confidence }] of relations.entries())
        if (confidence !== null) all.push({ unit, candidate, relation, doubt: Math.abs(confidence - 0.5) })
  return all.sort((a, b) => a.doubt - b.doubt)
}

/** Votes of one model at most. */
function votesOf(votes: readonly { readonly by: string }[]): number {
  const counts = new Map<string, number>()
  for (const { by } of votes) counts.set(by, (counts.get(by) ?? 0) + 1)
  return Math.max(1, ...counts.values())
}
