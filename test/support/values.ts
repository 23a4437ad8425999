import { relativeDifference } from '../../lib/graph/sample_values.ts'

export { drawSample, seeded, stored } from '../../lib/graph/sample_values.ts'

/** Where two tensors differ most, if by more than the tolerance, or null. */
export function difference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): string | null {
  if (actual.length !== expected.length) return `${actual.length} elements instead of ${expected.length}`
  const { worst, at } = relativeDifference(actual, expected)
  if (worst <= tolerance) return null
  return `element ${at} is ${actual[at]}, expected ${expected[at]} (tolerance ${tolerance})`
}
