import type { TextScore } from './score.ts'

/** A text with one place changed, and how much likelier the decoder finds what it writes there. */
export interface Edit {
  readonly tokens: readonly number[]
  /** Log-probability of the new token less that of the old one, in nats, and what its kind is worth. */
  readonly gain: number
}

/** What a kind of edit is worth beside a replacement of the same gain: measured by how often each one was kept. */
const WORTH = { replace: 0, insert: 0, removeBefore: 1, replaceTwo: -1, remove: -3 } as const
/** Tokens at the end that may be cut at once. */
const TAIL = 4

/**
 * Texts beside one, by what a decoder would rather have written at each place: another token in place of one or of two,
 * one more, one less, an earlier end. Best first.
 *
 * @param score that of the text, with k tokens a place
 * @param reserved ids below it are no part of a text
 */
export function edits(
  tokens: readonly number[],
  score: TextScore,
  k: number,
  { end, reserved }: { readonly end: number; readonly reserved: number },
): Edit[] {
  const found: Edit[] = []
  const n = tokens.length
  for (let at = 0; at <= n; at++) {
    const before = tokens.slice(0, at)
    const own = -score.surprises[at]!
    for (let i = at * k; i < (at + 1) * k; i++) {
      const token = score.tokens[i]!
      const gain = score.logProbs[i]! - own
      if (token === tokens[at]) continue
      if (token === end) {
        if (at > 0 && at > n - TAIL) found.push({ tokens: before, gain })
        continue
      }
      if (token < reserved) continue
      found.push({ tokens: [...before, token, ...tokens.slice(at)], gain: gain + WORTH.insert })
      if (at < n)
        found.push({ tokens: [...before, token, ...tokens.slice(at + 1)], gain: gain + WORTH.replace })
      if (at + 1 >= n) continue
      found.push({ tokens: [...before, token, ...tokens.slice(at + 2)], gain: gain + WORTH.replaceTwo })
      if (token === tokens[at + 1])
        found.push({ tokens: [...before, ...tokens.slice(at + 1)], gain: gain + WORTH.removeBefore })
    }
    if (at < n && n > 1)
      found.push({ tokens: [...before, ...tokens.slice(at + 1)], gain: -own + WORTH.remove })
  }
  return found.sort((a, b) => b.gain - a.gain)
}
