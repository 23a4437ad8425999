import type { Pieces } from '../../../core/tokenizer.ts'
import type { Lexicon } from '../../../text/lexicon.ts'

/** Keeps texts to the words of a lexicon, token by token. */
export interface LexiconRule {
  /** The word that a text ends with after one more token (see Lexicon.after), or null where none of its words is meant. */
  after(word: string, token: number): string | null
  mayEnd(word: string): boolean
  covers(tokens: readonly number[]): boolean
}

export function lexiconRule(lexicon: Lexicon, pieces: Pieces): LexiconRule {
  return {
    after: (word, token) => lexicon.after(word, pieces.piece(token)),
    mayEnd: lexicon.mayEnd,
    covers: (tokens) => lexicon.covers(pieces.text(tokens)),
  }
}
