import type { Pieces } from '../../core/tokenizer.ts'

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
