import { check } from '../../core/errors.ts'
import type { Pieces } from '../../core/tokenizer.ts'
import type { UnigramVocabulary } from './unigram.ts'

const COMBINES = /[\p{M}\u{1160}-\u{11ff}]/u // marks, and the jamo that follow others in a Hangul syllable
/** Of characters and marks behind them: no vocabulary in use has so many. */
const MOST_PAIRS = 5_000_000

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
  const pairs = characters.size * followers.length
  check(pairs <= MOST_PAIRS, 'vocabulary', `${pairs} pairs of characters`, `at most ${MOST_PAIRS} to compose`)
  const changing = (first: string) =>
    followers.map((second) => first + second).filter((pair) => pair.normalize('NFKC') !== pair)
  return [...characters].flatMap(changing)
}
