/** A text as tokens, without `start` and `end`. */
export interface TokenText {
  readonly tokens: readonly number[]
  /** Natural log of its probability given the vector, that of its end included. */
  readonly logProb: number
  /** Whether it ended by itself, before the tokens ran out. */
  readonly stopped: boolean
}

/** A text that is being written. */
export interface Hypothesis {
  readonly tokens: readonly number[]
  readonly logProb: number
  /** What a scorer added when it was asked last. */
  readonly bonus: number
  /** See StepRow. */
  readonly history: readonly number[]
  /** See Constraints. */
  readonly constraint: number
  /** The word that it ends with so far: see LexiconRule. */
  readonly word: string
}

/** log P / length^penalty, where the end counts as a token (Wu et al. 2016, arXiv 1609.08144, without its 5). */
export function normalised(logProb: number, tokens: number, lengthPenalty: number): number {
  return logProb / (tokens + 1) ** lengthPenalty
}

/** Whether a token after these would repeat one of their n-grams; n 0 allows all. */
export function repeats(tokens: readonly number[], token: number, n: number): boolean {
  if (n === 0 || tokens.length < n) return false
  const last = tokens.slice(tokens.length - n + 1)
  for (let at = 0; at + n <= tokens.length; at++)
    if (tokens[at + n - 1] === token && last.every((t, i) => tokens[at + i] === t)) return true
  return false
}
