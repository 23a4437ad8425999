import type { Tokenizer } from '../core/tokenizer.ts'
import type { RandomNumbers } from '../ops/random_numbers.ts'

/** A text that a decoder learns to write, and its tokens. */
export interface TextPiece {
  readonly text: string
  readonly ids: Int32Array
}

export interface PieceOptions {
  /** Tokens of a piece at most. */
  readonly capacity: number
  /** How often a text that would fit is cut all the same, 0 … 1. */
  readonly cut: number
}

/** Where a clause ends, with the white space behind it. */
const CLAUSE_END = /[,;:.!?—][”’"')]*\s+|—/g
/** A piece that is cut ends with a clause where that leaves so much of it. */
const KEPT = 0.5
const UNKNOWN = 0

/**
 * A text, or a part of it where it is too long or is cut by chance: from its beginning or that of a clause, to the end
 * of a word, if possible of a clause. Null for a text with a symbol that the tokenizer does not know, and for one whose
 * first word is too long.
 */
export function pieceOf(
  text: string,
  tokenizer: Tokenizer,
  numbers: RandomNumbers,
  { capacity, cut }: PieceOptions,
): TextPiece | null {
  const whole = tokenizer.encode(text)
  if (whole.includes(UNKNOWN) || whole.length === 0) return null
  const shorter = numbers.next() < cut
  if (whole.length <= capacity && !shorter) return { text, ids: whole }
  const begins = [0, ...clauseEnds(text)].filter((at) => at < text.length)
  const rest = text.slice(begins[numbers.below(begins.length)])
  const length = tokenizer.encode(rest).length
  const most = Math.min(capacity, shorter ? 1 + numbers.below(length) : length)
  return beginningOf(rest, tokenizer, most)
}

/** The longest beginning that ends with a word and has at most `most` tokens; ends with a clause where one is near. */
function beginningOf(text: string, tokenizer: Tokenizer, most: number): TextPiece | null {
  const fits = (end: number) => tokenizer.encode(text.slice(0, end).trimEnd()).length <= most
  const words = [...text.matchAll(/\s+/g)].map(({ index }) => index).filter((at) => at > 0)
  const end = lastThat([...words, text.length], fits)
  if (end === undefined) return null
  const clause =
    end < text.length ? clauseEnds(text).findLast((at) => at <= end && at > KEPT * end) : undefined
  const piece = text.slice(0, clause ?? end).trimEnd()
  return { text: piece, ids: tokenizer.encode(piece) }
}

function clauseEnds(text: string): number[] {
  return [...text.matchAll(CLAUSE_END)].map(({ index, 0: { length } }) => index + length)
}

/** The last of ascending numbers that passes, where all before it pass. */
function lastThat(sorted: readonly number[], passes: (n: number) => boolean): number | undefined {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (passes(sorted[middle]!)) low = middle + 1
    else high = middle
  }
  return sorted[low - 1]
}
