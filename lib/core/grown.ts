interface Numbers {
  readonly length: number
  set(values: ArrayLike<number>): void
}

/** The array where it has room for `needed` numbers, else a copy with at least twice the room. */
export function grown<A extends Numbers & ArrayLike<number>>(
  array: A,
  needed: number,
  make: (length: number) => A,
  rest?: number,
): A {
  if (needed <= array.length) return array
  const larger = make(Math.max(needed, 2 * array.length))
  larger.set(array)
  if (rest !== undefined) (larger as unknown as Float64Array).fill(rest, array.length)
  return larger
}
