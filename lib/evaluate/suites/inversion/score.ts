import { badArgument, check, checkCount } from '../../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../../core/options.ts'
import { checkSeed } from '../../../ops/random_numbers.ts'
import { wordsOf } from '../../../text/lexicon.ts'
import { bleu } from '../../metrics/bleu.ts'
import { bootstrap, type Interval, quantile } from '../../metrics/bootstrap.ts'
import { distinct2, exactMatch, lengthRatio, repetition, tokenF1 } from '../../metrics/overlap.ts'
import { words } from '../../metrics/words.ts'

/** What is measured of a text as a piece of language, whatever it should say. */
export interface TextLanguage {
  /** Mean negative log-likelihood of a token under the inverter's decoder without a vector, in nats. */
  readonly nll: number
  /** The same under a language model that has nothing to do with the inverter, where there is one. */
  readonly judgeNll?: number | undefined
  /** Words that are not in the inverter's lexicon, where it has one. */
  readonly unknownWords?: number | undefined
}

/** Of many texts as language. What was not measured of all of them is left out, and in reports of earlier versions. */
export interface LanguageScore {
  /** Means over texts, in nats. */
  readonly nll: number
  readonly judgeNll?: number
  /** Share of words, of all texts together, that are not in the lexicon. */
  readonly unknownWords?: number
  /** Mean share of pairs of words that stood in the text before. */
  readonly repetition?: number
}

/** One sentence, and the text that its vector was turned back into. */
export interface InversionCase extends TextLanguage {
  /** What sort of sentence it is, where there are several. */
  readonly kind?: string | undefined
  readonly reference: string
  readonly text: string
  /** Tokens of the reference. */
  readonly tokens: number
  /** Cosine of the encoded text with the vector that was asked for. */
  readonly cosine: number
  /** Whether the text ended by itself, not at the limit of its length. */
  readonly stopped: boolean
  readonly milliseconds: number
}

/** Means over cases, each 0 … 1 but for BLEU, 0 … 100, and the cosine. */
export interface Closeness {
  readonly count: number
  readonly cosine: number
  /** vec2text's token F1: of the sets of words. */
  readonly tokenF1: number
  readonly bleu: number
  /** Share of texts that are the reference, character for character. */
  readonly exact: number
  /** Share of texts that ended by themselves. */
  readonly stops: number
}

/** Cases whose references have so many tokens; no most is no limit. */
export interface LengthScore extends Closeness {
  readonly tokens: readonly [least: number, most: number | null]
}

/** How many cases have a cosine from `low` to below `high`, or to 1. */
export interface CosineBin {
  readonly cosine: readonly [low: number, high: number]
  readonly count: number
}

/** How near texts are to what they should be. */
export interface InversionScore extends Closeness, LanguageScore {
  /** 95 % interval of the mean cosine, over cases. */
  readonly cosineInterval: Interval
  /** Mean of words over words of the reference. */
  readonly lengthRatio: number
  /** Distinct pairs of words over all of them, of all texts together. */
  readonly distinct2: number
  readonly milliseconds: { readonly median: number; readonly p95: number }
  /** Lengths without a case are left out, as are bins. */
  readonly byLength: readonly LengthScore[]
  readonly histogram: readonly CosineBin[]
}

/** How intervals are drawn. */
export interface ScoreOptions {
  /** Decides the draws of the bootstrap. Default 0. */
  readonly seed?: number | undefined
  /** Draws of the bootstrap. Default 2,000. */
  readonly resamples?: number | undefined
}

export const SCORE_OPTIONS = { seed: true, resamples: true } as const satisfies OptionNames<ScoreOptions>

const LENGTHS = [
  [1, 8],
  [9, 16],
  [17, 24],
  [25, 32],
  [33, null],
] as const
/** Bins of the histogram from 0 to 1. */
const BINS = 40

interface Measured extends InversionCase {
  readonly words: readonly string[]
  readonly tokenF1: number
  readonly bleu: number
  readonly exact: boolean
  readonly lengthRatio: number
}

/**
 * Compares texts with their references. An empty text is a text: its `nll` is that of the token that ends it.
 *
 * @throws VmmError BAD_ARGUMENT for no cases, numbers that are not finite or out of range, a reference without words,
 *   and options out of range
 * @example
 * ```js
 * import { scoreInversion } from 'vector-mamba/evaluate'
 *
 * const one = { reference: 'The cat sleeps.', tokens: 5, stopped: true, nll: 4, milliseconds: 10 }
 * const right = { ...one, text: 'The cat sleeps.', cosine: 1 }
 * const wrong = { ...one, text: 'A dog sleeps.', cosine: 0.6 }
 * const { exact, cosine, tokenF1 } = scoreInversion([right, wrong], { resamples: 100 })
 * console.log(exact, cosine, tokenF1.toFixed(2)) // 0.5 0.8 0.75
 * ```
 */
export function scoreInversion(cases: readonly InversionCase[], options: ScoreOptions = {}): InversionScore {
  refuseUnknown(options, SCORE_OPTIONS)
  const { seed = 0, resamples = 2000 } = options
  checkSeed(seed)
  checkCount('resamples', resamples)
  if (cases.length === 0) throw badArgument('cases', 'none', 'at least one')
  const measured = cases.map(measure)
  const meanCosine = (times: Int32Array) => [
    measured.reduce((sum, { cosine }, i) => sum + times[i]! * cosine, 0) / measured.length,
  ]
  const times = Float64Array.from(measured, ({ milliseconds }) => milliseconds).sort()
  return {
    ...closeness(measured),
    cosineInterval: bootstrap(measured.length, meanCosine, { seed, resamples })[0]!,
    lengthRatio: mean(measured, ({ lengthRatio }) => lengthRatio),
    distinct2: distinct2(measured.map(({ words }) => words)),
    ...scoreLanguage(measured),
    milliseconds: { median: quantile(times, 0.5), p95: quantile(times, 0.95) },
    byLength: byLength(measured),
    histogram: histogram(measured),
  }
}

/** Texts as language. Throws VmmError BAD_ARGUMENT for numbers that are not finite. */
export function scoreLanguage(texts: readonly (TextLanguage & { readonly text: string })[]): LanguageScore {
  for (const [place, { nll, judgeNll = 0 }] of texts.entries()) {
    check(Number.isFinite(nll), `cases[${place}].nll`, nll, 'a finite number')
    check(Number.isFinite(judgeNll), `cases[${place}].judgeNll`, judgeNll, 'a finite number')
  }
  const meanOf = (of: (text: (typeof texts)[number]) => number) =>
    texts.reduce((sum, text) => sum + of(text), 0) / texts.length
  const judged = texts.every(({ judgeNll }) => judgeNll !== undefined)
  const looked = texts.every(({ unknownWords }) => unknownWords !== undefined)
  const all = texts.reduce((sum, { text }) => sum + wordsOf(text).length, 0)
  const unknown = texts.reduce((sum, { unknownWords = 0 }) => sum + unknownWords, 0)
  return {
    nll: meanOf(({ nll }) => nll),
    ...(judged && { judgeNll: meanOf(({ judgeNll }) => judgeNll!) }),
    ...(looked && { unknownWords: all === 0 ? 0 : unknown / all }),
    repetition: meanOf(({ text }) => repetition(words(text))),
  }
}

function measure(one: InversionCase, place: number): Measured {
  const { reference, text, tokens, cosine, milliseconds } = one
  const name = `cases[${place}]`
  check(Number.isInteger(tokens) && tokens > 0, `${name}.tokens`, tokens, 'a whole number of 1 or more')
  check(Math.abs(cosine) < 1.001, `${name}.cosine`, cosine, '-1 … 1') // f32 cosines may round to a little over 1
  check(Number.isFinite(milliseconds), `${name}.milliseconds`, milliseconds, 'a finite number')
  const [found, wanted] = [words(text), words(reference)]
  if (wanted.length === 0) throw badArgument(`${name}.reference`, 'no word', 'at least one')
  return {
    ...one,
    words: found,
    tokenF1: tokenF1(found, wanted),
    bleu: bleu(text, reference),
    exact: exactMatch(text, reference),
    lengthRatio: lengthRatio(found, wanted),
  }
}

function closeness(cases: readonly Measured[]): Closeness {
  return {
    count: cases.length,
    cosine: mean(cases, ({ cosine }) => cosine),
    tokenF1: mean(cases, ({ tokenF1 }) => tokenF1),
    bleu: mean(cases, ({ bleu }) => bleu),
    exact: mean(cases, ({ exact }) => Number(exact)),
    stops: mean(cases, ({ stopped }) => Number(stopped)),
  }
}

function byLength(cases: readonly Measured[]): LengthScore[] {
  return LENGTHS.flatMap(([least, most]) => {
    const some = cases.filter(({ tokens }) => tokens >= least && (most === null || tokens <= most))
    return some.length === 0 ? [] : [{ tokens: [least, most], ...closeness(some) }]
  })
}

function histogram(cases: readonly Measured[]): CosineBin[] {
  const counts = new Map<number, number>()
  for (const { cosine } of cases) {
    const bin = Math.max(-BINS, Math.min(Math.floor(cosine * BINS), BINS - 1))
    counts.set(bin, (counts.get(bin) ?? 0) + 1)
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([bin, count]) => ({ cosine: [bin / BINS, (bin + 1) / BINS], count }))
}

function mean(cases: readonly Measured[], of: (one: Measured) => number): number {
  return cases.reduce((sum, one) => sum + of(one), 0) / cases.length
}
