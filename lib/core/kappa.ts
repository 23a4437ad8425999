/**
 * Cohen's kappa of two labellings of the same things: what of their agreement is beyond chance (Cohen 1960), where labels
 * may be more or less apart (Cohen 1968). At most 1, 0 for as often as chance would.
 *
 * @param a        the label that the first gives each thing, 0 … labels - 1
 * @param b        that of the second
 * @param apart    how far two labels are apart, 0 for the same one; 1 for any two others where it is left out
 * @param times    how often each thing counts; once where it is left out
 * @returns null where kappa is not defined: for no thing, and where all labels are the same
 */
export function cohensKappa(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  labels: number,
  apart?: (i: number, j: number) => number,
  times?: ArrayLike<number>,
): number | null {
  const [inA, inB] = [new Float64Array(labels), new Float64Array(labels)]
  let [count, seen] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    const weight = times === undefined ? 1 : times[i]!
    const [left, right] = [a[i]!, b[i]!]
    inA[left]! += weight
    inB[right]! += weight
    count += weight
    if (left !== right) seen += weight * (apart === undefined ? 1 : apart(left, right))
  }
  const chance = byChance(inA, inB, count, apart)
  return chance === 0 ? null : 1 - (count * seen) / chance
}

/** How far labels are apart in the sum over all pairs of one of `inA` with one of `inB`. */
function byChance(
  inA: Float64Array,
  inB: Float64Array,
  count: number,
  apart: ((i: number, j: number) => number) | undefined,
): number {
  if (apart === undefined) return count ** 2 - inA.reduce((sum, times, label) => sum + times * inB[label]!, 0)
  let sum = 0
  for (const [i, times] of inA.entries())
    if (times > 0) for (const [j, others] of inB.entries()) if (i !== j) sum += times * others * apart(i, j)
  return sum
}
