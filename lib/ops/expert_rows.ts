import { badArgument } from '../core/errors.ts'
import type { RefTensor } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { formatShape } from '../tensor/shape.ts'

/** An expert index per row is given exactly when the weight has an axis of experts. Throws VmmError. */
export function checkExpert(op: string, weight: Value, expert: Value | null): void {
  const stacked = weight.shape.length === 2
  if (stacked === (expert !== null)) return
  throw badArgument(
    `${op}.expert`,
    expert ? `${expert.dtype} ${formatShape(expert.shape)}` : 'null',
    `${stacked ? 'i32 [rows]' : 'none'}, for weight ${formatShape(weight.shape)}`,
  )
}

/** The expert of a row in a reference: 0 where there is one weight for all. */
export function expertRow(expert: RefTensor | null, row: number): number {
  return expert ? expert.data[row]! : 0
}
