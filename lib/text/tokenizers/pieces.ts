import { check } from '../../core/errors.ts'
import type { UnigramVocabulary } from './unigram.ts'

/** What the token ids of a vocabulary spell. */
export interface Pieces {
  /** Number of ids, reserved ones included. */
  readonly size: number
  /**
   * The text of token ids: their pieces joined, less one space at the very start, which the tokenizer puts there.
   * `text(tokenizer.encode(t))` is `t.normalize('NFKC')` to the last space where the vocabulary has all characters
   * of t, save that "▁" itself reads as a space. Reserved ids, the unknown token 0 among them, add nothing.
   *
   * @throws VmmError BAD_ARGUMENT for an id that the vocabulary does not have
   */
  text(ids: ArrayLike<number>): string
  /**
   * The characters that a token adds, with a space for "▁"; '' for reserved ids.
   *
   * @throws VmmError BAD_ARGUMENT for an id that the vocabulary does not have
   */
  piece(id: number): string
  /** The token that adds just these characters; of two equal pieces the later, which is the tokenizer's choice. */
  find(spelled: string): number | undefined
  /** Pairs of characters that pieces can spell side by side and NFKC would make one, such as "e" and U+0301. */
  readonly composable: readonly string[]
}

const COMBINES = /[\p{M}\u{1160}-\u{11ff}]/u // marks, and the jamo that follow others in a Hangul syllable

/**
 * Makes the way back from token ids to text.
 *
 * @param vocabulary that of the tokenizer, in the order of its ids; `parseVocabulary` reads one
 * @param reserved   how many ids at the start are control symbols (6 in USE Lite)
 * @throws VmmError BAD_ARGUMENT when `reserved` does not leave a piece
 */
export function createPieces(vocabulary: UnigramVocabulary, reserved = 6): Pieces {
  check(
    Number.isInteger(reserved) && reserved >= 1 && reserved < vocabulary.length,
    'reserved',
    reserved,
    `an integer from 1 to ${vocabulary.length - 1}`,
  )
  const spelled = vocabulary.map(([piece], id) => (id < reserved ? '' : piece.replaceAll('▁', ' ')))
  const ids = new Map<string, number>()
  for (let id = reserved; id < spelled.length; id++) ids.set(spelled[id]!, id)
  const piece = (id: number): string => {
    const characters = spelled[id]
    check(characters !== undefined, 'id', id, `a token id from 0 to ${spelled.length - 1}`)
    return characters
  }
  return {
    size: spelled.length,
    text(tokens) {
      const text = Array.from(tokens, piece).join('')
      return text.startsWith(' ') ? text.slice(1) : text
    },
    piece,
    find: (characters) => ids.get(characters),
    composable: composablePairs(new Set(spelled.join(''))),
  }
}

function composablePairs(characters: ReadonlySet<string>): string[] {
  const followers = [...characters].filter((character) => COMBINES.test(character))
  return [...characters]
    .flatMap((first) => followers.map((second) => first + second))
    .filter((pair) => pair.normalize('NFKC') !== pair)
}
