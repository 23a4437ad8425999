import { badArgument } from '../core/errors.ts'
import type { RefTensor } from '../graph/spec.ts'

/** The most taps that kernels have room for. */
const maxWidth = 16

/** Throws for a weight that no kernel takes. */
export function checkWidth(op: string, width: number): void {
  if (width < 1 || width > maxWidth)
    throw badArgument(`${op}.weight`, `a width of ${width}`, `1 … ${maxWidth} taps`)
}

/** Input `position` of channel `c` of a sequence; positions below 0 are in the state, or zero. */
export function inputAt(
  x: RefTensor,
  state: RefTensor | null,
  width: number,
): (sequence: { number: number; begin: number }, position: number, c: number) => number {
  const d = x.shape[1]!
  return ({ number, begin }, position, c) => {
    if (position >= 0) return x.data[(begin + position) * d + c]!
    return state ? state.data[(number * d + c) * (width - 1) + position + width - 1]! : 0
  }
}
