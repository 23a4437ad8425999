import type { RandomNumbers } from '../../ops/random_numbers.ts'

/** Edits of a text at most, as a share of its tokens. */
const MOST_EDITS = 0.4

/**
 * A text with some errors: tokens that are missing, too many, others, or in the place of their neighbours. At least one
 * edit is made, at most two for five tokens.
 *
 * @param other a token that may stand where it should not
 * @param most  tokens of the result at most
 */
export function corrupted(
  ids: ArrayLike<number>,
  other: () => number,
  numbers: RandomNumbers,
  most: number,
): number[] {
  const tokens = Array.from(ids)
  const edits = 1 + numbers.below(Math.max(1, Math.floor(MOST_EDITS * tokens.length)))
  for (let edit = 0; edit < edits; edit++) {
    const at = numbers.below(tokens.length)
    const kind = numbers.below(4)
    if (kind === 0 && tokens.length > 1) tokens.splice(at, 1)
    else if (kind === 1 && tokens.length < most) tokens.splice(at, 0, other())
    else if (kind === 2 && at + 1 < tokens.length) tokens.splice(at, 2, tokens[at + 1]!, tokens[at]!)
    else tokens[at] = other()
  }
  return tokens
}
