/** Some of a list, evenly spread over it and in order: `most` of them, or all where there are fewer. */
export function evenlySpread<T>(items: ArrayLike<T>, most: number): T[] {
  const count = Math.min(most, items.length)
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!)
}
