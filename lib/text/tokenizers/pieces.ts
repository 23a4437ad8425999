import { check, VmmError } from '../../core/errors.ts'
import type { Pieces } from '../../core/tokenizer.ts'
import type { UnigramVocabulary } from './unigram.ts'

/** Pairs of characters that are looked at: seconds of work. */
const MOST_PAIRS = 1 << 24
const COMBINES = /[\p{M}\u{1160}-\u{11ff}]/u // marks, and the jamo that follow others in a Hangul syllable

/**
 * Makes the way back from token ids to text.
 *
 * @param vocabulary that of the tokenizer, in the order of its ids; `parseVocabulary` reads one
 * @param reserved   how many ids at the start are control symbols
 * @throws VmmError BAD_ARGUMENT when `reserved` does not leave a piece
 */
export function createPieces(vocabulary: UnigramVocabulary, reserved: number): Pieces {
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
  let composable: readonly string[] | null = null
  return {
    size: spelled.length,
    text(tokens) {
      const text = Array.from(tokens, piece).join('')
      return text.startsWith(' ') ? text.slice(1) : text
    },
    piece,
    find: (characters) => ids.get(characters),
    // Only constraints ask for them.
    get composable() {
      composable ??= composablePairs(new Set(spelled.join('')))
      return composable
    },
  }
}

/** Pairs of some characters that NFKC would make one; see Pieces. */
export function composablePairs(characters: ReadonlySet<string>): string[] {
  const followers = [...characters].filter((character) => COMBINES.test(character))
  const pairs = characters.size * followers.length
  if (pairs > MOST_PAIRS)
    throw new VmmError(
      'UNSUPPORTED',
      `a vocabulary of ${characters.size} characters, ${followers.length} of which combine: too many pairs to look at`,
    )
  return [...characters].flatMap((first) => {
    const own = followers.map((second) => first + second)
    const all = own.join('\n')
    return all.normalize('NFKC') === all ? [] : own.filter((pair) => pair.normalize('NFKC') !== pair)
  })
}
