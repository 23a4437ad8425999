/**
 * UTF-16 units of a word that is remembered, at most: from 13 on, a part of a text keeps all of that text in memory.
 */
const LONGEST = 12
const MOST = 1 << 15

/** Remembers what short words become, as most words of a text have come before. */
export function remembered(encode: (word: string) => readonly number[]): (word: string) => readonly number[] {
  const known = new Map<string, readonly number[]>()
  return (word) => {
    if (word.length > LONGEST) return encode(word)
    let ids = known.get(word)
    if (ids === undefined) {
      ids = encode(word)
      if (known.size >= MOST) known.clear()
      known.set(word, ids)
    }
    return ids
  }
}
