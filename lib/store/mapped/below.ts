/** Whether all numbers are less than a limit, or are one that is allowed beside. */
export function areBelow(numbers: Uint32Array, limit: number, beside = 0): boolean {
  for (let i = 0; i < numbers.length; i++)
    if (numbers[i]! >= limit && !(beside > 0 && numbers[i] === beside)) return false
  return true
}
