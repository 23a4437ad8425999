import { VmmError } from '../core/errors.ts'
import type { RefTensor } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { formatShape } from '../tensor/shape.ts'

/** One sequence of packed rows: its number, and its rows from `begin` to `end` (excluded). */
export interface Sequence {
  readonly number: number
  readonly begin: number
  readonly end: number
}

/** The sequences that row offsets [0, a, b, …] stand for. */
export function sequencesOf(offsets: RefTensor): Sequence[] {
  return Array.from(offsets.data.subarray(1), (end, number) => ({
    number,
    begin: offsets.data[number]!,
    end,
  }))
}

/** Throws unless parameters have an axis of experts exactly when `expert` says which one each sequence takes. */
export function checkExperts(
  op: string,
  expert: Value | null,
  parameters: Readonly<Record<string, readonly [value: Value | null, rank: number]>>,
): void {
  for (const [name, [value, rank]] of Object.entries(parameters)) {
    if (value === null || value.shape.length === rank + (expert ? 1 : 0)) continue
    const expected = expert
      ? `${rank + 1} axes, experts first, because expert is given`
      : `${rank} axes, or an expert for each sequence`
    throw new VmmError(
      'BAD_ARGUMENT',
      `${op}.${name}: got ${formatShape(value.shape)}; expected ${expected}`,
      {
        argument: `${op}.${name}`,
      },
    )
  }
}
