import { readWordNet } from '../lib/concepts/wordnet/synsets.ts'
import { random32 } from './random.ts'

/** Of a real sentence, at least. */
const leastWords = 5

/** Examples of WordNet with some words, drawn with a fixed seed. */
export async function realSentences(count: number): Promise<string[]> {
  const examples = (await readWordNet())
    .flatMap((synset) => synset.examples)
    .filter((text) => text.split(' ').length >= leastWords)
  const next = random32(1)
  return Array.from({ length: count }, () => examples[next() % examples.length]!)
}

/** All definitions of WordNet. */
export async function definitions(): Promise<string[]> {
  return (await readWordNet()).map(({ definition }) => definition)
}

/** Texts of so many words each, drawn from some words with a fixed seed. */
export function drawnTexts(words: readonly string[], count: number, length: number): string[] {
  const next = random32(2)
  const text = () => Array.from({ length }, () => words[next() % words.length]!).join(' ')
  return Array.from({ length: count }, text)
}
