import { formKey } from '../candidates/form_key.ts'

/** A member of a group, as it votes. */
export interface Voter {
  /** Its names, the best first. */
  readonly forms: readonly string[]
  /** 0 … 1 */
  readonly confidence: number
}

/** The votes of a name that a member has, but not as its best one. */
const SECOND = 0.5

/**
 * All names of a group, each in the writing that has most votes, the most voted for first: a member gives its confidence to its
 * best name and half of it to the others. Where votes are equal the shorter name comes first, then the alphabet decides.
 */
export function voteForms(voters: readonly Voter[]): string[] {
  const names = new Map<string, { votes: number; readonly writings: Map<string, number> }>()
  for (const { forms, confidence } of voters) {
    const voted = new Set<string>()
    for (const [place, form] of forms.entries()) {
      const key = formKey(form)
      if (key === '' || voted.has(key)) continue
      voted.add(key)
      const name = names.get(key) ?? { votes: 0, writings: new Map<string, number>() }
      names.set(key, name)
      const votes = (place === 0 ? 1 : SECOND) * confidence
      name.votes += votes
      name.writings.set(form, (name.writings.get(form) ?? 0) + votes)
    }
  }
  return [...names.values()]
    .sort((a, b) => b.votes - a.votes || byLength(writingOf(a.writings), writingOf(b.writings)))
    .map(({ writings }) => writingOf(writings))
}

function writingOf(writings: ReadonlyMap<string, number>): string {
  return [...writings].sort(([a, x], [b, y]) => y - x || byLength(a, b))[0]![0]
}

function byLength(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1)
}
