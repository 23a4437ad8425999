import { joinBlocks } from '../../../core/rows.ts'
import type { RunOptions } from '../../../core/run_options.ts'
import type { Constraints } from '../../constraints/constraints.ts'
import type { Opening } from '../habits.ts'
import type { WrittenText } from '../hypotheses.ts'
import type { InverterNetwork } from '../network.ts'
import { maxAsked, maxVectors, type NextTokens, openDecoding } from './decoding.ts'
import { type Hypothesis, repeats, type TokenText } from './hypothesis.ts'
import type { LexiconRule } from './lexicon_rule.ts'

/** What all ways to choose tokens have in common. */
export interface TextRules {
  /** Ids that no text has; `end` ends it. */
  readonly start: number
  readonly end: number
  /** Ids below it are no part of a text either. */
  readonly reserved: number
  readonly maxTokens: number
  /** No n tokens occur twice; 0 allows all. */
  readonly noRepeatNgram: number
  readonly constraints: Constraints | null
  /** Words that texts may have; null allows all that tokens spell. */
  readonly lexicon: LexiconRule | null
  /** See DecoderHabits. */
  readonly opening: Opening | null
  readonly isWhole: ((tokens: readonly number[]) => boolean) | null
}

/** How the texts of one vector are chosen, step by step. */
export interface TextSearch {
  /** What is being written; empty when it is done. */
  readonly active: readonly Hypothesis[]
  /** What the active ones may become, best first: those that end are taken in, the others given. */
  expand(next: readonly NextTokens[]): Hypothesis[]
  /** Chooses from what expand gave which ones are written on. */
  keep(children: readonly Hypothesis[]): void
  /** The texts found, best first. */
  readonly found: readonly TokenText[]
}

/** Scores for texts that are not finished, one number each to be added to their log-probabilities. */
export type Rescore = (
  texts: readonly { readonly vector: Float32Array; readonly tokens: readonly number[] }[],
  options: RunOptions,
) => Promise<Float32Array>

export interface TextSearchOptions extends RunOptions {
  readonly rowsPerVector: number
  /** See DecodingOptions. */
  readonly k: number
  readonly guidance: number
  /** See DecodingOptions; one for each vector. */
  readonly written?: readonly (WrittenText | null)[] | undefined
  /** Asked after every so many tokens. */
  readonly rescore: { readonly every: number; readonly score: Rescore } | null
}

/**
 * Finds texts for vectors [dims] each, any number of them. The others of a batch never change what one gets.
 *
 * @param begin the search of a vector, by its place
 */
export async function searchTexts(
  network: InverterNetwork,
  vectors: readonly Float32Array[],
  rules: TextRules,
  begin: (vector: number) => TextSearch,
  options: TextSearchOptions,
): Promise<(readonly TokenText[])[]> {
  const found: (readonly TokenText[])[] = []
  for (let first = 0; first < vectors.length; first += maxVectors)
    found.push(
      ...(await searchBlock(
        network,
        vectors.slice(first, first + maxVectors),
        rules,
        (vector) => begin(first + vector),
        { ...options, written: options.written?.slice(first, first + maxVectors) },
      )),
    )
  return found
}

async function searchBlock(
  network: InverterNetwork,
  vectors: readonly Float32Array[],
  { start, constraints, opening }: TextRules,
  begin: (vector: number) => TextSearch,
  { rowsPerVector, k, guidance, written, rescore, ...run }: TextSearchOptions,
): Promise<(readonly TokenText[])[]> {
  const how = { rowsPerVector, k, guidance, written, ...run }
  using decoding = await openDecoding(network, joinBlocks(vectors), how)
  const searches = vectors.map((_, vector) => begin(vector))
  const told = (token: number) => opening?.told(token) ?? token
  for (let length = 1; ; length++) {
    const rows = searches.flatMap(({ active }, vector) =>
      active.map(({ tokens, history, constraint }) => ({
        vector,
        token: tokens.at(-1) ?? opening?.asked ?? start,
        history,
        asked: constraints
          ?.wanted(constraint)
          .slice(0, maxAsked)
          .map(length === 1 ? told : (token) => token),
      })),
    )
    if (rows.length === 0) break
    const following = await decoding.step(rows, run)
    const next = opening !== null && length === 1 ? following.map((one) => opened(one, opening)) : following
    let row = 0
    let children = searches.map((search) => {
      const own = next.slice(row, row + search.active.length)
      row += own.length
      return own.length === 0 ? [] : search.expand(own)
    })
    if (rescore && length % rescore.every === 0) {
      const texts = children.flatMap((some, i) => some.map(({ tokens }) => ({ vector: vectors[i]!, tokens })))
      const scores = texts.length === 0 ? new Float32Array(0) : await rescore.score(texts, run)
      let at = 0
      children = children.map((some) => some.map((child) => ({ ...child, bonus: scores[at++]! })))
    }
    for (const [i, search] of searches.entries()) if (search.active.length > 0) search.keep(children[i]!)
  }
  return searches.map(({ found }) => found)
}

/** First tokens of texts, which begin anew. */
function opened(next: NextTokens, { first, told }: Opening): NextTokens {
  const all = [...next.tokens.keys()]
  const fitting = all.filter((i) => told(first(next.tokens[i]!)) === next.tokens[i])
  const kept = fitting.length > 0 ? fitting : all
  return {
    tokens: Int32Array.from(kept, (i) => first(next.tokens[i]!)),
    logProbs: Float32Array.from(kept, (i) => next.logProbs[i]!),
    asked: next.asked,
    history: [],
  }
}

/** A token that may follow a hypothesis. */
export interface TokenChoice {
  readonly token: number
  readonly logProb: number
  readonly constraint: number
  readonly word: string
}

/**
 * The tokens that the rules allow after a hypothesis, likeliest first, `end` among them where the text may end. No text
 * is empty.
 */
export function choices(
  rules: TextRules,
  { tokens, constraint, word }: Hypothesis,
  next: NextTokens,
): TokenChoice[] {
  const { start, end, reserved, maxTokens, noRepeatNgram, constraints, lexicon } = rules
  const allowed: TokenChoice[] = []
  const room = maxTokens - tokens.length
  const consider = (token: number, logProb: number) => {
    if (token === end) {
      if (mayEnd(rules, { tokens, constraint, word })) allowed.push({ token, logProb, constraint, word })
      return
    }
    if (token === start || token < reserved || room === 0 || repeats(tokens, token, noRepeatNgram)) return
    const state = constraints === null ? 0 : constraints.next(constraint, token)
    if (state === null || (constraints && constraints.tokensNeeded(state) > room - 1)) return
    const open = lexicon === null ? '' : lexicon.after(word, token)
    if (open !== null) allowed.push({ token, logProb, constraint: state, word: open })
  }
  next.tokens.forEach((token, i) => {
    consider(token, next.logProbs[i]!)
  })
  if (constraints) {
    const known = new Set(next.tokens)
    for (const [i, token] of constraints.wanted(constraint).slice(0, next.asked.length).entries())
      if (!known.has(token)) consider(token, next.asked[i]!)
    allowed.sort((a, b) => b.logProb - a.logProb)
  }
  return allowed
}

/** Whether a text may end here: it is not empty, and the rules that need a whole text are kept. */
export function mayEnd(
  { constraints, lexicon }: TextRules,
  { tokens, constraint, word }: Pick<Hypothesis, 'tokens' | 'constraint' | 'word'>,
): boolean {
  const satisfied = constraints === null || constraints.satisfied(constraint)
  return tokens.length > 0 && satisfied && (lexicon === null || lexicon.mayEnd(word))
}

/** Whether a text may stand as it is, though the decoder does not say that it ends. */
export function isWhole(rules: TextRules, text: Hypothesis): boolean {
  return rules.isWhole?.(text.tokens) === true && mayEnd(rules, text)
}

/**
 * The tokens of a hypothesis up to its last whole word, for one that the lexicon neither lets end nor go on; null where there
 * are none, and where constraints might ask for what is cut off.
 */
export function wholeWords(
  { constraints, lexicon }: TextRules,
  { tokens }: Hypothesis,
): readonly number[] | null {
  if (lexicon === null || constraints !== null) return null
  for (let length = tokens.length - 1; length > 0; length--) {
    const whole = tokens.slice(0, length)
    if (lexicon.covers(whole)) return whole
  }
  return null
}

/** A hypothesis with one more token. */
export function extended(
  parent: Hypothesis,
  { token, logProb, constraint, word }: TokenChoice,
  history: readonly number[],
): Hypothesis {
  return {
    tokens: [...parent.tokens, token],
    logProb: parent.logProb + logProb,
    bonus: parent.bonus,
    history,
    constraint,
    word,
  }
}

export function emptyHypothesis(constraints: Constraints | null): Hypothesis {
  return { tokens: [], logProb: 0, bonus: 0, history: [], constraint: constraints?.start ?? 0, word: '' }
}
