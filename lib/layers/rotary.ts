import { check } from '../core/errors.ts'
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

/** Throws VmmError BAD_ARGUMENT for heads that do not share a width, or whose pairs do not fill them. */
export function checkRotaryHeads(width: number, heads: number): void {
  const areEven = width % (2 * heads) === 0
  check(areEven, 'config.heads', heads, `so many that heads of width ${width} / heads are even`)
}

/** theta^(-2i / width) for each pair of a head. */
export function rotaryFrequencies(width: number, theta: number): number[] {
  return Array.from({ length: width / 2 }, (_, i) => theta ** ((-2 * i) / width))
}
