import { check } from '../core/errors.ts'

/** Words that texts may be written with. */
export interface Lexicon {
  /** Its words, in lower case, in sorted lists. */
  readonly lists: readonly (readonly string[])[]
  /** Whether it has a word, as wordsOf gives them. */
  has(word: string): boolean
  /** Whether all words of a text are in it. */
  covers(text: string): boolean
  /**
   * Reads characters that go on a text: `open` is the word that the text ends with so far, '' for none. Gives the word
   * that it ends with then, or null where no text that goes on so can be covered.
   */
  after(open: string, more: string): string | null
  /** Whether a text may end with this open word. */
  mayEnd(open: string): boolean
}

const LETTER = /[\p{L}\p{M}]/u
/** Letters, with apostrophes between them: "o'clock". Hyphens and digits part words. */
const WORD = /[\p{L}\p{M}]+(?:'[\p{L}\p{M}]+)*/gu
/** What may follow any word. */
const POSSESSIVE = "'s"

/** The words of a text in lower case, apostrophes straight, without "'s". Digits and marks are no words. */
export function wordsOf(text: string): string[] {
  return (plain(text).match(WORD) ?? []).map((word) => (word.endsWith(POSSESSIVE) ? stem(word) : word))
}

/**
 * A lexicon of words as wordsOf gives them, in any order, and of all words of another one. Any of them may have "'s" after
 * it. Throws VmmError BAD_ARGUMENT for what is no single word in lower case.
 */
export function makeLexicon(given: Iterable<string>, more?: Lexicon): Lexicon {
  const own = [...new Set(given)].sort()
  for (const word of own) {
    const [first, ...rest] = wordsOf(word)
    check(first === word && rest.length === 0, 'words', word, 'single words in lower case')
  }
  const lists = [own, ...(more?.lists ?? [])]
  const has = (word: string): boolean => {
    const base = word.endsWith(POSSESSIVE) ? stem(word) : word
    return lists.some((words) => firstFrom(words, base) === base)
  }
  const mayEnd = (open: string): boolean => open === '' || has(open.endsWith("'") ? open.slice(0, -1) : open)
  const begins = (open: string): boolean =>
    lists.some((words) => firstFrom(words, open)?.startsWith(open)) || mayEnd(open)
  const after = (open: string, text: string): string | null => {
    let word = open
    for (const character of plain(text)) {
      const goesOn = LETTER.test(character) || (character === "'" && word !== '')
      if (goesOn && begins(word + character)) word += character
      // An apostrophe may be a quotation mark behind the word.
      else if (LETTER.test(character) || !mayEnd(word)) return null
      else word = ''
    }
    return word
  }
  return {
    lists,
    has,
    after,
    mayEnd,
    covers: (text) => {
      const open = after('', text)
      return open !== null && mayEnd(open)
    },
  }
}

/** The first of sorted words that does not come before a text. */
function firstFrom(words: readonly string[], text: string): string | undefined {
  let [low, high] = [0, words.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (words[middle]! < text) low = middle + 1
    else high = middle
  }
  return words[low]
}

function stem(word: string): string {
  return word.slice(0, -POSSESSIVE.length)
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll('’', "'")
}
