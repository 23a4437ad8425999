import type { Pieces } from '../../core/tokenizer.ts'
import type { Opening } from '../inverter/habits.ts'
import type { ByteTokens } from './tokens.ts'

const ENDS = /[.!?…。！？]["'”’»)\]]*\s*$/u
const CLOSES = /^["'”’»)\]]+\s*$/u

/**
 * Whether texts may end after some tokens: after the mark of a sentence's end, and what closes behind it. It stands in for
 * an end that a decoder was never taught.
 */
export function sentenceEnds({ piece, size }: Pieces): (tokens: readonly number[]) => boolean {
  const known = new Uint8Array(size)
  const kindOf = (token: number) => {
    if (known[token] === UNKNOWN)
      known[token] = ENDS.test(piece(token)) ? END : CLOSES.test(piece(token)) ? CLOSE : NONE
    return known[token]
  }
  return (tokens) => {
    let last = tokens.length - 1
    while (last > 0 && kindOf(tokens[last]!) === CLOSE) last--
    return last > 0 && kindOf(tokens[last]!) === END
  }
}

const UNKNOWN = 0
const NONE = 1
const END = 2
const CLOSE = 3

/** What is asked how sentences begin. */
const MARK = '.'

/**
 * A text begins as a sentence does behind another one, without the space there. The token that the original starts with was
 * never before a text, and what follows it is the midst of one.
 */
export function sentenceOpening({ spelled, end }: ByteTokens): Opening {
  const { piece, find } = spelled
  return {
    asked: find(MARK) ?? end,
    first: (told) => (piece(told).startsWith(' ') ? (find(piece(told).slice(1)) ?? told) : told),
    told: (first) => find(` ${piece(first)}`) ?? first,
  }
}
