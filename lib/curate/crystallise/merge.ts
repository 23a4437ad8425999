import { dotOfRows, pickRows } from '../../core/rows.ts'
import type { CallOptions } from '../../core/run_options.ts'
import type { RandomNumbers } from '../../ops/random_numbers.ts'
import { formKey } from '../candidates/form_key.ts'
import { alikePairs } from './alike.ts'
import type { Groups } from './groups.ts'
import type { Voter } from './vote.ts'

/** From which cosine on two candidates are the same concept. */
export interface MergeLimits {
  /** Where they have a form in common. */
  readonly sameForm: number
  /** Where they have none. */
  readonly anyForm: number
}

/** The texts of concepts: those of the candidates that `textOf` tells for their roots. */
export interface TextRows {
  /** f32 [candidates · dims], of unit length. */
  readonly texts: Float32Array
  readonly dims: number
  readonly textOf: Int32Array
}

interface Pair {
  readonly a: number
  readonly b: number
  readonly cosine: number
}

/** Candidates of one form that are compared each with each; of more, those beyond it with these alone. */
const MOST_ALIKE = 64

/**
 * Joins concepts that mean the same, the most alike first. A group has the text of the member that is surest of itself; another
 * one joins only where it is alike to that, so that no chain of small steps leads to another meaning.
 *
 * @param roots the concepts, by the candidates that stand for them
 * @returns how many have become one with another
 */
export async function mergeAlike(
  roots: Int32Array,
  rows: TextRows,
  joined: Groups,
  candidates: readonly Voter[],
  limits: MergeLimits,
  numbers: RandomNumbers,
  options: CallOptions,
): Promise<number> {
  const { texts, dims, textOf } = rows
  const cosineOf = (a: number, b: number) => dotOfRows(texts, textOf[a]!, texts, textOf[b]!, dims)
  const forms = new Map<number, ReadonlySet<string>>()
  const formsOf = (members: readonly number[]) =>
    new Set(members.flatMap((member) => candidates[member]!.forms.map(formKey)))
  const pairs: Pair[] = []
  const holders = new Map<string, number[]>()
  const members = joined.all()
  for (const root of roots) {
    const own = formsOf(members.get(root)!)
    forms.set(root, own)
    for (const form of own) {
      const list = holders.get(form)
      if (!list) holders.set(form, [root])
      else {
        for (const other of list.slice(0, MOST_ALIKE)) {
          const cosine = cosineOf(other, root)
          if (cosine >= limits.sameForm) pairs.push({ a: other, b: root, cosine })
        }
        list.push(root)
      }
    }
  }
  if (limits.anyForm <= 1) {
    const own = pickRows(
      texts,
      dims,
      roots.map((root) => textOf[root]!),
    )
    for await (const { a, b, cosine } of alikePairs(own, dims, limits.anyForm, numbers, options))
      pairs.push({ a: roots[a]!, b: roots[b]!, cosine })
  }
  pairs.sort((x, y) => y.cosine - x.cosine || x.a - y.a || x.b - y.b)
  let merged = 0
  for (const { a, b } of pairs) {
    const [x, y] = [joined.rootOf(a), joined.rootOf(b)].sort((p, q) => p - q) as [number, number]
    if (x === y) continue
    const share = [...forms.get(y)!].some((form) => forms.get(x)!.has(form))
    if (cosineOf(x, y) < (share ? limits.sameForm : limits.anyForm)) continue
    joined.join(x, y)
    forms.set(x, new Set([...forms.get(x)!, ...forms.get(y)!]))
    if (candidates[textOf[y]!]!.confidence > candidates[textOf[x]!]!.confidence) textOf[x] = textOf[y]!
    merged++
  }
  return merged
}
