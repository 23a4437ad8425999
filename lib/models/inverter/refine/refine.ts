import type { Encoder, TokenGuide } from '../../../core/encoder.ts'
import { unitLength } from '../../../core/rows.ts'
import type { RunOptions } from '../../../core/run_options.ts'
import { towards } from '../likeness.ts'
import type { InverterNetwork } from '../network.ts'
import type { OnStep } from '../options.ts'
import { repeats } from '../search/hypothesis.ts'
import type { TextRules } from '../search/search.ts'
import { askedOf, edited, edits } from './edits.ts'
import { type JudgedText, judgeTexts, type Target } from './judge.ts'
import { rewritten } from './rewrite.ts'
import { scoreTexts } from './score.ts'
import { mostScore, type ScoredText, scored } from './scored.ts'

export interface RefineOptions extends RunOptions {
  /** Texts that are encoded at most, per vector. */
  readonly calls: number
  /** A vector is left alone from this cosine on; texts that reach it come before all others. */
  readonly minCosine: number
  /** Rounds without a better text after which a vector is left alone. */
  readonly patience: number
  /** Texts encoded per round, and texts that a round goes on from. */
  readonly perRound: number
  readonly pool: number
  /** What a nat of the decoder's gain counts beside the cosine that an edit should bring. */
  readonly gainWeight: number
  /** How far beyond a vector's text the decoder is told to look: it is given e + push (e - ê). */
  readonly push: number
  readonly onStep: OnStep | null
}

/** What became of a vector. */
export interface Refinement {
  /** Best first. */
  readonly texts: readonly ScoredText[]
  /** Of all texts that were encoded and might have been the best one. */
  readonly nearest: ScoredText | null
  readonly likeliest: ScoredText | null
  /** Texts that were encoded. */
  readonly calls: number
  /** The cosine of the best text after so many calls. */
  readonly curve: readonly { readonly calls: number; readonly cosine: number }[]
}

export interface RefineContext {
  readonly network: InverterNetwork
  readonly encoder: Encoder
  readonly rules: TextRules
  /** Of the encoder, for the same tokens; without one the decoder's gain alone ranks edits. */
  readonly guide: TokenGuide | null
}

/** Tokens that the decoder proposes at each place. */
const PROPOSALS = 32
/** What is less is no gain. */
const LEAST_GAIN = 1e-4

interface Work extends Target {
  readonly index: number
  /** What has been encoded. */
  readonly seen: Set<string>
  pool: ScoredText[]
  nearest: ScoredText | null
  likeliest: ScoredText | null
  calls: number
  curve: { calls: number; cosine: number }[]
  /** Rounds since the best text was last a better one. */
  idle: number
  done: boolean
}

/**
 * Brings texts nearer to their vectors. A decoder that reads what it has written writes it anew (see rewritten). Another
 * one, or where that gives nothing new, reads the best texts as if the vector lay further in the direction that they miss
 * (as vec2text's corrector is told e - ê; Morris et al. 2023, arXiv 2310.06816), and what it would rather write at each place
 * is ranked by the encoder's gradient. The best is tried, and the encoder and the decoder decide: see scored. A text
 * keeps all rules.
 *
 * @param vectors [dims] each, of unit length; results depend on the vector and its own texts alone
 * @param starts texts to begin with, which obey the rules
 */
export async function refineTexts(
  context: RefineContext,
  vectors: readonly Float32Array[],
  starts: readonly (readonly (readonly number[])[])[],
  options: RefineOptions,
): Promise<Refinement[]> {
  const { signal, threads, device } = options
  const places = await context.network.likeness.place(vectors, { signal, threads, device })
  const works = vectors.map(
    (vector, index): Work => ({
      ...{ index, vector, placed: places[index]!, seen: new Set(), pool: [], nearest: null, likeliest: null },
      ...{ calls: 0, curve: [], idle: 0, done: false },
    }),
  )
  await tryTexts(context, works, starts, options)
  for (;;) {
    const active = works.filter((work) => !work.done)
    if (active.length === 0) break
    await tryTexts(context, active, await proposals(context, active, options), options)
  }
  return works.map(({ pool, nearest, likeliest, calls, curve }) => ({
    ...{ texts: pool, nearest, likeliest },
    ...{ calls, curve },
  }))
}

/** Encodes texts and keeps those that are better than what there is. */
async function tryTexts(
  { network, encoder }: RefineContext,
  works: readonly Work[],
  texts: readonly (readonly (readonly number[])[])[],
  options: RefineOptions,
): Promise<void> {
  const { pieces } = network.tokens
  const judged = await judgeTexts(
    network,
    encoder,
    works,
    texts.map((some, i) => some.filter((text) => isNew(works[i]!, pieces.text(text)))),
    options,
  )
  // The decoder does not read what could neither enter the pool nor be the nearest.
  const hopeful = judged.map((some, i) => {
    const { pool, nearest } = works[i]!
    const last = pool.length < options.pool ? undefined : pool.at(-1)
    if (last === undefined) return some
    const mayEnter = (text: JudgedText) =>
      text.cosine >= options.minCosine || mostScore(network, text, pool) >= last.score
    return some.filter((text) => text.cosine > (nearest?.cosine ?? -1) || mayEnter(text))
  })
  const scores = await scored(
    network,
    works.map(({ vector }) => vector),
    hopeful,
    options,
  )
  for (const [i, work] of works.entries()) take(work, scores[i]!, judged[i]!.length, options)
}

/** Keeps what is better, and decides whether to go on. */
function take(work: Work, added: readonly ScoredText[], calls: number, options: RefineOptions): void {
  const { minCosine } = options
  const before = work.pool[0]
  const reached = ({ cosine }: ScoredText) => Number(cosine >= minCosine)
  work.pool = [...work.pool, ...added]
    .sort((a, b) => reached(b) - reached(a) || b.score - a.score)
    .slice(0, options.pool)
  for (const text of added) {
    if (!work.nearest || text.cosine > work.nearest.cosine) work.nearest = text
    if (!work.likeliest || text.perToken > work.likeliest.perToken) work.likeliest = text
  }
  work.calls += calls
  const best = work.pool[0]
  if (!best) {
    work.done = true
    return
  }
  const at = { calls: work.calls, cosine: best.cosine }
  work.curve.push(at)
  options.onStep?.({ index: work.index, ...at, text: best.text })
  const gained = !before || best.score > before.score + LEAST_GAIN || reached(best) > reached(before)
  work.idle = gained ? 0 : work.idle + 1
  work.done =
    calls === 0 || work.calls >= options.calls || best.cosine >= minCosine || work.idle >= options.patience
}

function isNew({ seen }: Work, text: string): boolean {
  if (seen.has(text)) return false
  seen.add(text)
  return true
}

/** New texts for each vector, the most promising ones: those of a decoder that corrects, and edits where it has no more. */
async function proposals(
  context: RefineContext,
  works: readonly Work[],
  options: RefineOptions,
): Promise<(readonly number[])[][]> {
  const { network, rules } = context
  if (network.config.hypothesisLayers === 0) return editedTexts(context, works, options)
  const { signal, threads, device } = options
  const found = await rewritten(network, rules, works, { signal, threads, device })
  const texts = works.map((work, i) => newTexts(context, work, found[i]!, options))
  const without = works.filter((_, i) => texts[i]!.length === 0)
  const others = without.length > 0 ? await editedTexts(context, without, options) : []
  return texts.map((own) => (own.length > 0 ? own : others.shift()!))
}

/** As many texts as a round may try, of those that were not tried before. */
function newTexts(
  { network, rules }: RefineContext,
  work: Work,
  texts: Iterable<readonly number[]>,
  { perRound, calls }: RefineOptions,
): (readonly number[])[] {
  const { pieces } = network.tokens
  const chosen = new Map<string, readonly number[]>()
  const room = Math.min(perRound, calls - work.calls)
  for (const text of texts) {
    if (chosen.size >= room) break
    const key = pieces.text(text)
    if (!work.seen.has(key) && !chosen.has(key) && obeys(rules, text)) chosen.set(key, text)
  }
  return [...chosen.values()]
}

/** The best texts with one token changed, added or left out. */
async function editedTexts(
  context: RefineContext,
  works: readonly Work[],
  options: RefineOptions,
): Promise<(readonly number[])[][]> {
  const { network, guide, rules } = context
  const { push, gainWeight, signal, threads, device } = options
  const run = { signal, threads, device }
  const parents = works.flatMap(({ vector, placed: wanted, pool }) =>
    pool.map(({ tokens, embedding, placed }) => ({
      tokens,
      goal: towards(placed, wanted),
      vector: unitLength(vector.map((x, d) => x + push * (x - embedding[d]!))),
    })),
  )
  const scores = await scoreTexts(network, parents, PROPOSALS, run)
  const questions = parents.map(({ tokens, goal }, i) => ({
    tokens,
    vector: goal,
    asked: askedOf(tokens, scores[i]!, PROPOSALS),
  }))
  const lifts = guide && (await guide.lifts(questions, 2 * PROPOSALS + 1, run))
  let at = 0
  return works.map((work) => {
    const found = work.pool
      .flatMap(({ tokens }) => {
        const parent = at++
        return edits(tokens, scores[parent]!, PROPOSALS, lifts && lifts[parent]!, rules).map((edit) => ({
          tokens,
          edit,
          worth: edit.lift + gainWeight * edit.gain,
        }))
      })
      .sort((a, b) => b.worth - a.worth)
    const texts = (function* () {
      for (const { tokens, edit } of found) yield edited(tokens, edit)
    })()
    return newTexts(context, work, texts, options)
  })
}

/** Whether a finished text keeps the rules. */
function obeys(
  { maxTokens, noRepeatNgram, constraints, lexicon }: TextRules,
  tokens: readonly number[],
): boolean {
  if (tokens.length === 0 || tokens.length > maxTokens) return false
  if (tokens.some((token, i) => repeats(tokens.slice(0, i), token, noRepeatNgram))) return false
  if (lexicon !== null && !lexicon.covers(tokens)) return false
  if (constraints === null) return true
  let state = constraints.start
  for (const token of tokens) {
    const next = constraints.next(state, token)
    if (next === null) return false
    state = next
  }
  return constraints.satisfied(state)
}
