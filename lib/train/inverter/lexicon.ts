import { loadConcepts } from '../../concepts/wordnet/concepts.ts'
import { wordsOf } from '../../text/lexicon.ts'

/** What occurs less often is as likely a misprint as a word. */
const LEAST = 2

/** Words that an inverter may write: those that its texts have at least twice, and those of WordNet. */
export async function trainingWords(texts: Iterable<string>): Promise<string[]> {
  const counts = new Map<string, number>()
  for (const text of texts) for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  const seen = [...counts].filter(([, count]) => count >= LEAST).map(([word]) => word)
  return [...new Set([...seen, ...(await wordNetWords())])]
}

let known: readonly string[] | null = null

/** Read once: it takes seconds. */
async function wordNetWords(): Promise<readonly string[]> {
  const concepts = known === null ? await loadConcepts({ scope: 'all' }) : []
  known ??= [...new Set(concepts.flatMap(({ surfaceForms }) => surfaceForms.flatMap(wordsOf)))]
  return known
}
