import { constant } from '../graph/trace.ts'
import type { Value } from '../graph/value.ts'
import { rope } from '../ops/index.ts'

/**
 * Turns heads [rows, heads, width] by their positions, i32 [rows] (Su et al. 2021, arXiv 2104.09864): pair (i, i + width / 2)
 * by position · frequencies[i].
 */
export function rotary(frequencies: readonly number[], positions: Value): (x: Value) => Value {
  return (x) =>
    rope({ x, positions, invFreq: constant(x, frequencies, [frequencies.length]) }, { interleaved: false })
}

/** theta^(-2i / width) for each pair of a head. */
export function rotaryFrequencies(width: number, theta: number): number[] {
  return Array.from({ length: width / 2 }, (_, i) => theta ** ((-2 * i) / width))
}
