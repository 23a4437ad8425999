import type { TextScore } from './score.ts'

/** A change at one place of a text. */
export interface Edit {
  readonly at: number
  /** Tokens that go, and the one that comes, if any. */
  readonly removed: number
  readonly token: number | null
  /** Where the one that comes is taken from, if it is one of the text. */
  readonly from?: number
  /** Log-probability of what the decoder reads at the place then, less that of what it reads now, in nats. */
  readonly gain: number
  /** How much nearer the text comes to its vector, as the encoder's gradient tells it; 0 where nobody tells. */
  readonly lift: number
}

/** What a kind of edit is worth beside a replacement of the same gain, in nats. */
const WORTH = { replace: 0, insert: 0, move: 0, replaceTwo: -1, remove: -3 } as const
/** Tokens at the end that may be cut at once. */
const TAIL = 4

/** The text after an edit. */
export function edited(tokens: readonly number[], { at, removed, token, from }: Edit): number[] {
  const kept = tokens.filter((_, place) => place !== from)
  const place = from !== undefined && from < at ? at - 1 : at
  return [...kept.slice(0, place), ...(token === null ? [] : [token]), ...kept.slice(place + removed)]
}

/** What a guide is asked about each token of a text: see liftsOf. */
export function askedOf(tokens: readonly number[], score: TextScore, k: number): Int32Array {
  const width = 2 * k + 1
  const asked = new Int32Array(tokens.length * width)
  for (const [at, token] of tokens.entries()) {
    asked.set(score.tokens.subarray(at * k, (at + 1) * k), at * width)
    asked[at * width + 2 * k] = token
  }
  // What may follow the last token is asked of its place.
  const last = tokens.length - 1
  asked.set(score.tokens.subarray((last + 1) * k, (last + 2) * k), last * width + k)
  return asked
}

/** Lifts of the tokens that may come at a place, and of the one that is there, from what a guide said to askedOf. */
function liftsOf(lifts: Float32Array | null, n: number, k: number) {
  if (lifts === null) return { of: () => 0, own: () => 0 }
  const width = 2 * k + 1
  return {
    of: (at: number, i: number) => lifts[at < n ? at * width + i : (n - 1) * width + k + i]!,
    own: (at: number) => lifts[at * width + 2 * k]!,
  }
}

/**
 * Changes of a text to what a decoder would rather have written at each place: another token in place of one or of two,
 * one more, one less, one that stood elsewhere, an earlier end.
 *
 * @param score that of the text, with k tokens a place
 * @param guided what the guide said to askedOf, or null
 * @param reserved ids below it are no part of a text
 */
export function edits(
  tokens: readonly number[],
  score: TextScore,
  k: number,
  guided: Float32Array | null,
  { end, reserved }: { readonly end: number; readonly reserved: number },
): Edit[] {
  const found: Edit[] = []
  const n = tokens.length
  const lifts = liftsOf(guided, n, k)
  const placesOf = new Map<number, number[]>()
  for (const [place, token] of tokens.entries()) placesOf.set(token, [...(placesOf.get(token) ?? []), place])
  for (let at = 0; at <= n; at++) {
    const own = -score.surprises[at]!
    const here = at < n ? lifts.own(at) : 0
    for (let i = 0; i < k; i++) {
      const token = score.tokens[at * k + i]!
      const gain = score.logProbs[at * k + i]! - own
      if (token === tokens[at]) continue
      if (token === end && at > 0 && at > n - TAIL) {
        let lift = 0
        for (let t = at; t < n; t++) lift -= lifts.own(t)
        found.push({ at, removed: n - at, token: null, gain, lift })
      }
      if (token === end || token < reserved) continue
      const lift = lifts.of(at, i)
      found.push({ at, removed: 0, token, gain: gain + WORTH.insert, lift })
      for (const from of placesOf.get(token) ?? [])
        if (from !== at && from !== at - 1)
          found.push({
            ...{ at, removed: 0, token, from },
            gain: gain + WORTH.move + score.surprises[from]!,
            lift: lift - lifts.own(from),
          })
      if (at < n) found.push({ at, removed: 1, token, gain: gain + WORTH.replace, lift: lift - here })
      if (at + 1 < n) {
        const two = lift - here - lifts.own(at + 1)
        found.push({ at, removed: 2, token, gain: gain + WORTH.replaceTwo, lift: two })
      }
    }
    if (at < n && n > 1) found.push({ at, removed: 1, token: null, gain: WORTH.remove - own, lift: -here })
  }
  return found
}
