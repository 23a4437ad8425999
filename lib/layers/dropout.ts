import type { Value } from '../graph/value.ts'
import { ge, mul, random } from '../ops/index.ts'

/** The run scalar that dropout draws by. */
export const dropoutSeed = 'seed'

/**
 * Each element is zero with probability `rate`, and the others grow to keep the mean (Srivastava et al. 2014). Drawn
 * anew for each value of the run scalar `seed`; give every use in a program a stream of its own. x [rows, d].
 */
export function dropout(x: Value, rate: number, stream: number): Value {
  if (rate === 0) return x
  const kept = ge(random({ like: x }, { kind: 'uniform', stream }, { seed: dropoutSeed }), rate)
  return mul(x, mul(kept, 1 / (1 - rate)))
}
