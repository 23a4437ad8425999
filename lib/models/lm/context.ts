/** Tokens that a model reads before a text at most, unless told otherwise. */
export const CONTEXT_TOKENS = 256

/**
 * The last sentences of `count`, each with `end` behind it: as many whole ones as have `most` tokens together, or the
 * last tokens of the last one where that alone has more. Those without tokens are left out.
 *
 * @param tokensOf called from the last sentence on, as far as needed
 */
export function contextTokens(
  count: number,
  tokensOf: (sentence: number) => ArrayLike<number>,
  end: number,
  most: number,
): number[] {
  const sentences: number[][] = []
  let room = most
  for (let i = count - 1; i >= 0 && room > 0; i--) {
    const tokens = Array.from(tokensOf(i))
    if (tokens.length === 0) continue
    tokens.push(end)
    if (tokens.length > room) {
      if (sentences.length === 0) sentences.push(tokens.slice(-room))
      break
    }
    sentences.unshift(tokens)
    room -= tokens.length
  }
  return sentences.flat()
}
