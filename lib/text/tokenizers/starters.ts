import { type IsSeam, isCharacterStart } from './steps.ts'

/** Marks, and what follows others without being one: jamo in a Hangul syllable, vowels of Kirat Rai. */
const FOLLOWS = /[\p{M}\u1160-\u11ff\u{16d40}-\u{16d7f}]/u

/**
 * Whether the parts of a text before and behind a place become in any normal form of Unicode what they become together:
 * no mark stands behind it, nor what composes with a character before it. Source: Unicode Standard Annex #15, section 9.
 */
export const isStarterStart: IsSeam = (text, at) => {
  if (!isCharacterStart(text, at)) return false
  const point = text.codePointAt(at)!
  if (point < 0x80) return true
  const character = String.fromCodePoint(point)
  const [first] = character.normalize('NFKD')
  return !FOLLOWS.test(character) && !FOLLOWS.test(first!)
}
