import { unitLength } from '../../core/rows.ts'
import { normalRow, philoxKey } from '../../ops/philox.ts'

/** Normal numbers that depend on (seed, candidate, step) alone: those of the op `random`, a row of their own. */
export function gaussians(seed: number, candidate: number, step: number, n: number): Float32Array {
  return Float32Array.from(normalRow(philoxKey(seed), candidate, step, n))
}

/**
 * A vector near another one: both of length 1, with a Gaussian step of expected length `spread` between them before
 * the result is scaled, so that their cosine is about 1 / √(1 + spread²).
 */
export function nearby(unit: Float32Array, noise: Float32Array, spread: number): Float32Array {
  const factor = spread / Math.sqrt(unit.length)
  return unitLength(unit.map((value, i) => value + factor * noise[i]!))
}
