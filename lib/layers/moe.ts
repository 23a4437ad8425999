import type { Value } from '../graph/value.ts'
import { add, linear, mul } from '../ops/index.ts'
import type { Compute } from '../ops/matmul.ts'

/** One of the experts that rows are sent to: i32 [rows], and what it counts, f32 [rows, 1]. */
export interface ExpertChoice {
  readonly expert: Value
  readonly weight: Value
}

/** y[r] = W[expert[r]] x[r] + b[expert[r]], or one W and b for all rows where `expert` is null. x [rows, in]. */
export function project(
  weight: Value,
  x: Value,
  expert: Value | null = null,
  compute: Compute = 'f32',
  bias: Value | null = null,
): Value {
  return linear({ x, weight, bias, expert }, { compute })
}

/** y[r] = Σ weight[r] · W[expert[r]] x[r] over the choices of row r. x [rows, in]; W [experts, out, in]. */
export function mixedProject(w: Value, x: Value, choices: readonly ExpertChoice[], compute: Compute): Value {
  return choices
    .map(({ expert, weight }) => mul(project(w, x, expert, compute), weight))
    .reduce((sum, part) => add(sum, part))
}
