import type { NounPhrase } from './noun_phrases.ts'
import type { Token } from './tagger.ts'

/** Characters of a sentence that stands for a concept. */
const SHORTEST = 40
const LONGEST = 320
/** Where a sentence begins so, it needs the one before. */
const LEANING =
  /^["“'‘(]*(?:this|that|these|those|it|its|they|their|them|he|she|his|her|we|our|i|my|you|your|but|and|or|so|also|however|thus|then|therefore|hence|here|there|such|otherwise|instead|as|if|when|while|yes|no|not|to|for|in|on|at|with|by|because|since|where|who|which|what|how|why|let|see|note)\b/i
/** What a sentence goes on with behind its subject where it tells what that is or does. */
const TELLING = new Set(
  'is are means refers allows consists contains describes represents includes provides can'.split(' '),
)
const DEFINITION = 4

/**
 * How much a sentence tells of a phrase in it. One that defines it tells most; then those that begin with it, stand by themselves
 * and are neither short nor long.
 */
export function sentenceWorth(
  text: string,
  tokens: readonly Token[],
  { start, end }: Pick<NounPhrase, 'start' | 'end'>,
  isDefinition: boolean,
): number {
  const isWhole = /^["“‘(]?[\p{Lu}\p{N}]/u.test(text) && /[.!?]["”’)]?$/.test(text)
  const isFit = text.length >= SHORTEST && text.length <= LONGEST
  const marks = text.match(/[^\p{L}\s,.]/gu)?.length ?? 0
  return (
    (isDefinition ? DEFINITION : 0) +
    (isWhole ? 1 : 0) +
    (isFit ? 1 : 0) +
    (LEANING.test(text) ? 0 : 1) +
    (start < 2 && TELLING.has(tokens[end]?.text ?? '') ? 1 : 0) +
    Math.max(0, 1 - start / 8) -
    Math.min(1, (4 * marks) / text.length)
  )
}
