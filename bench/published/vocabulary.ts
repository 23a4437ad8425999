import { readWordNet } from '../../lib/concepts/wordnet/synsets.ts'

let counted: Promise<readonly string[]> | null = null

/** Lowercase words of WordNet's definitions, examples and entries, the most frequent first. */
export function frequentWords(): Promise<readonly string[]> {
  counted ??= countWords()
  return counted
}

async function countWords(): Promise<readonly string[]> {
  const counts = new Map<string, number>()
  for (const { words, definition, examples } of await readWordNet())
    for (const text of [definition, ...examples, ...words])
      for (const [word] of text.toLowerCase().matchAll(/[a-z]{2,20}/g))
        counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([word]) => word)
}
