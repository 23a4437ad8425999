import type { Drops } from '../candidates/drops.ts'
import { formKey } from '../candidates/form_key.ts'
import type { CrystalRelation } from '../crystallise/crystallise.ts'
import type { GatheredCandidate } from './gather.ts'
import type { CheckedRelation } from './unit_result.ts'

/** A relation whose ends are known, by their places among the candidates. */
export interface ResolvedRelation extends CrystalRelation {
  readonly checked: CheckedRelation
}

/** Meanings of a form that are compared. */
const MOST_MEANINGS = 64

/**
 * Finds the candidates that relations name: by key, or by form, and of several with that form the one whose text is most like the
 * text of the relation's source.
 *
 * @param likeness of the texts of two candidates, by their places
 */
export function resolveRelations(
  candidates: readonly GatheredCandidate[],
  likeness: (a: number, b: number) => number,
): { readonly relations: ResolvedRelation[]; readonly dropped: readonly Drops[] } {
  const byKey = new Map<string, number>()
  const byForm = new Map<string, number[]>()
  for (const [place, { keys, surfaceForms }] of candidates.entries()) {
    for (const key of keys) byKey.set(key, place)
    for (const form of new Set(surfaceForms.map(formKey))) {
      const list = byForm.get(form)
      if (list) list.push(place)
      else byForm.set(form, [place])
    }
  }
  const targetOf = (source: number, { target, targetIs }: CheckedRelation): number | undefined => {
    if (targetIs === 'key') return byKey.get(target)
    const meanings = byForm.get(formKey(target))?.filter((place) => place !== source) ?? []
    if (meanings.length <= 1) return meanings[0]
    return meanings
      .slice(0, MOST_MEANINGS)
      .map((place) => ({ place, like: likeness(source, place) }))
      .reduce((best, one) => (one.like > best.like ? one : best)).place
  }
  const relations: ResolvedRelation[] = []
  const unknown: string[] = []
  let missing = 0
  for (const [source, candidate] of candidates.entries())
    for (const checked of candidate.relations) {
      const target = targetOf(source, checked)
      if (target === undefined) {
        missing++
        if (unknown.length < 5)
          unknown.push(`${candidate.surfaceForms[0]} —${checked.type}→ ${checked.target}`)
      } else if (target !== source) {
        const { type, weight, accepted } = checked
        relations.push({ source, target, type, weight, accepted, checked })
      }
    }
  const dropped = { reason: 'relation to something that is no candidate', count: missing, examples: unknown }
  return { relations, dropped: missing === 0 ? [] : [dropped] }
}
