import type { RelationTypes } from '../candidates/relation_types.ts'
import type { CodeOutcome, MeasuredRun } from './measured_run.ts'

/** A relation that running code has shown. */
export interface CodeRelationship {
  readonly type: string
  /** What holds from the target to the code; null where nothing does. */
  readonly inverse: string | null
  readonly target: string
  readonly targetIs: 'key' | 'form'
  readonly weight: number
  /** What it is concluded from. */
  readonly evidence: string
}

const WEIGHTS = { implements: 0.9, less_efficient_than: 0.8, more_efficient_than: 0.8, alternative_to: 0.95 }

/** Equal results count from here on. */
const FEWEST_SHARED = 5
/** Fewer steps than others by chance, or by another way to write a loop, are no sign. */
const CLEARLY_MORE = 1.5

/** Measured code: what all of a comparison have been run on, and how large the last inputs were. */
export interface ComparedRun {
  readonly run: MeasuredRun
  /** Places of the cases of growing size, smallest first. */
  readonly growing: readonly number[]
  /** Places of cases that are not compared. */
  readonly outside: ReadonlySet<number>
}

/** Whether two runs show the same: values, kinds of errors, what is printed. Null where one of them tells nothing. */
export function sameOutcome(one: CodeOutcome | null, other: CodeOutcome | null): boolean | null {
  const isTold = (outcome: CodeOutcome | null) => outcome?.kind === 'value' || outcome?.kind === 'error'
  if (!isTold(one) || !isTold(other)) return null
  return one!.kind === other!.kind && one!.text === other!.text && one!.printed === other!.printed
}

export type Relate = (
  type: keyof typeof WEIGHTS,
  target: string,
  targetIs: 'key' | 'form',
  evidence: string,
) => CodeRelationship

export const relateBy =
  (types: RelationTypes): Relate =>
  (type, target, targetIs, evidence) => ({
    ...{ type, inverse: types.get(type)?.inverse ?? null, target, targetIs },
    ...{ weight: WEIGHTS[type], evidence },
  })

/** What two programs for the same are to each other: equal by their results, and which takes more steps as inputs grow. */
export function comparedWith(
  one: ComparedRun,
  other: ComparedRun,
  target: string,
  relate: Relate,
): readonly CodeRelationship[] {
  const same = one.run.cases.map((outcome, i) =>
    one.outside.has(i) ? null : sameOutcome(outcome, other.run.cases[i] ?? null),
  )
  const shared = same.filter((equal) => equal !== null)
  const values = one.run.cases.filter((outcome, i) => same[i] !== null && outcome!.kind === 'value')
  if (shared.includes(false) || values.length < FEWEST_SHARED) return []
  const found = [relate('alternative_to', target, 'key', `equal results for ${shared.length} inputs`)]
  const ratios = one.growing.flatMap((i) => ratioOf(one.run.cases[i], other.run.cases[i]) ?? [])
  const [first, last] = [ratios[0], ratios.at(-1)]
  if (ratios.length < 2 || first === undefined || last === undefined) return found
  const evidence = `${last.toFixed(2)} times its steps on the largest of ${ratios.length} growing inputs`
  if (last > CLEARLY_MORE && last >= first) found.push(relate('less_efficient_than', target, 'key', evidence))
  if (last < 1 / CLEARLY_MORE && last <= first)
    found.push(relate('more_efficient_than', target, 'key', evidence))
  return found
}

/** How many times the steps of another it took; null where neither came to its end, or one was not run. */
function ratioOf(one: CodeOutcome | null | undefined, other: CodeOutcome | null | undefined): number | null {
  if (one === null || one === undefined || other === null || other === undefined) return null
  if (one.kind !== 'value' && other.kind !== 'value') return null
  return (one.steps + 1) / (other.steps + 1)
}
