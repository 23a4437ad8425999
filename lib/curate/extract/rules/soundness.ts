import type { NounLexicon } from './noun_lexicon.ts'
import type { PhraseEntry } from './phrase_table.ts'

/** Times that a compound must occur which WordNet does not know; fewer where several documents have it. */
const COMPOUND_COUNT = 3
const COMPOUND_DOCUMENTS = 2
/** How often a noun must occur here for each time in English as a whole: where it comes up again, and where it comes once. */
const PECULIAR = { again: 0.1, once: 0.3 } as const

/**
 * How sure it is that a phrase names a concept, 0 … 1; null where it is not sure enough to be a candidate.
 *
 * A concept is what the texts define, a noun of several words that WordNet has, a compound that comes again and whose last word
 * WordNet has, or a noun that is not much rarer here than elsewhere (the ratio of Ahmad, Gillam and Tostevin 1999,
 * "weirdness"; for English as a whole stand the texts that were tagged with WordNet's meanings). What is mostly written as a
 * name is none unless it is defined.
 *
 * @param words of all documents
 */
export function soundness(entry: PhraseEntry, lexicon: NounLexicon, words: number): number | null {
  const { key, count, documents, best, asWord, asName, isCompound, isRelated } = entry
  if (!/^\p{L}[\p{L}\p{M}\p{N}' ’-]*$/u.test(key) || key.length < 3) return null
  const parts = key.split(' ')
  const known = lexicon.noun(key)
  const isKnown = known !== null && lexicon.isKind(known) && lexicon.isDistinct(known)
  const often = Math.min(1, Math.log2(count) / 6)
  const areDistinct = parts.every((part) => part.length > 2 && lexicon.isDistinct(part))
  if (best.isDefinition && (isKnown || (areDistinct && (count > 1 || parts.length > 1))))
    return 0.75 + 0.2 * often
  if (asWord === 0 || asName > asWord) return null
  if (parts.length > 1 && isKnown) return 0.65 + 0.2 * often
  if (parts.length > 1) {
    const isTerm = isCompound && areDistinct && lexicon.noun(parts.at(-1)!) !== null
    const isAgain = count >= COMPOUND_COUNT || documents >= COMPOUND_DOCUMENTS
    return isTerm && isAgain ? 0.5 + 0.2 * often : null
  }
  if (!isKnown || !(isRelated || lexicon.isMostlyNoun(known))) return null
  const ratio = (1e6 * count) / Math.max(1, words) / lexicon.perMillion(known)
  if (ratio < (count > 1 ? PECULIAR.again : PECULIAR.once)) return null
  return 0.5 + 0.2 * often + 0.1 * Math.max(0, Math.min(1, Math.log10(ratio) / 2))
}
