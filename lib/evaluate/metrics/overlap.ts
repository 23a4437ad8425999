import { badArgument } from '../../core/errors.ts'

/**
 * F1 of the words that two texts share, 0 … 1: each word counts once however often it is there, case matters, and order
 * does not. vec2text's token F1 (Morris et al. 2023) when the words are those of `words`. 0 for two empty texts.
 */
export function tokenF1(text: readonly string[], reference: readonly string[]): number {
  const [found, wanted] = [new Set(text), new Set(reference)]
  let shared = 0
  for (const word of found) if (wanted.has(word)) shared++
  return shared === 0 ? 0 : (2 * shared) / (found.size + wanted.size)
}

/** Whether a text is the reference, character for character: case, punctuation and white space count. */
export function exactMatch(text: string, reference: string): boolean {
  return text === reference
}

/**
 * Words of a text over words of its reference.
 *
 * @throws VmmError BAD_ARGUMENT for a reference without words
 */
export function lengthRatio(text: readonly string[], reference: readonly string[]): number {
  if (reference.length === 0) throw badArgument('reference', 'no word', 'at least one')
  return text.length / reference.length
}

/**
 * Distinct pairs of neighbouring words over all of them, of all texts together, 0 … 1 (Li et al. 2016): low where texts
 * repeat themselves or each other. Pairs do not reach across texts. 0 when no text has two words.
 */
export function distinct2(texts: Iterable<readonly string[]>): number {
  const distinct = new Set<string>()
  let pairs = 0
  for (const words of texts)
    for (let i = 0; i + 1 < words.length; i++) {
      distinct.add(`${words[i]} ${words[i + 1]}`)
      pairs++
    }
  return pairs === 0 ? 0 : distinct.size / pairs
}

/**
 * Share of the pairs of neighbouring words of a text that stood in it before, 0 … 1: rep-2 of Welleck et al. 2020 (arXiv
 * 1908.04319). 0 where there are no two words.
 */
export function repetition(words: readonly string[]): number {
  return words.length < 2 ? 0 : 1 - distinct2([words])
}
