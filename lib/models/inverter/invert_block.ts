import type { Encoder, TokenGuide } from '../../core/encoder.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { makeLexicon, wordsOf } from '../../text/lexicon.ts'
import type { Inversion, InvertedText } from './inversion.ts'
import type { InverterNetwork } from './network.ts'
import type { CheckedOptions } from './options.ts'
import { refineTexts } from './refine/refine.ts'
import type { ScoredText } from './refine/scored.ts'
import { beamSearch } from './search/beam.ts'
import { DRAWN_FROM, freeRules } from './search/draw.ts'
import { greedySearch } from './search/greedy.ts'
import type { TokenText } from './search/hypothesis.ts'
import { type LexiconRule, lexiconRule } from './search/lexicon_rule.ts'
import { sampleSearch } from './search/sample.ts'
import { searchTexts, type TextRules, type TextSearch } from './search/search.ts'
import type { Surrogate } from './surrogate/scorer.ts'

export interface InvertContext {
  readonly network: InverterNetwork
  readonly encoder: Encoder
  /** Of the encoder, where it reads the same tokens. */
  readonly guide: TokenGuide | null
  readonly surrogate: Surrogate | null
}

/** Likeliest tokens that a step tells for a beam. */
const BEAM_TOKENS = 32
/** Of refinement: found on the validation part. */
const PER_ROUND = 12
/** What a nat that an edit gains counts beside the likeness that it should bring: the cosine, or the whitened one. */
const GAIN_OF_COSINE = 0.006
const GAIN_OF_WHITENED = 0.025
const POOL = 2
const PUSH = 0.5
const PATIENCE = 6
/** From this cosine on a text is the vector's own, but for rounding. */
const EXACT = 1 - 1e-6

/**
 * Texts for vectors [dims] of unit length, at most 64 of them.
 *
 * @param first the index of the first of them, for `onStep`
 */
export async function invertBlock(
  { network: model, encoder, guide, surrogate }: InvertContext,
  vectors: readonly Float32Array[],
  first: number,
  options: CheckedOptions,
): Promise<Inversion[]> {
  const network = { ...model, blur: options.blur }
  const { config, habits } = network
  const { beam, sampling, lengthPenalty, noRepeatNgram, maxTokens, guidance, refine, minCosine, onStep } =
    options
  const run = { signal: options.signal, threads: options.threads, device: options.device }
  const enough = Math.min(minCosine ?? 1, EXACT)
  const constraints = options.constraints === null ? null : habits.constrain(options.constraints, maxTokens)
  const rules: TextRules = {
    ...freeRules(network),
    maxTokens,
    noRepeatNgram,
    constraints: constraints?.empty === false ? constraints : null,
    lexicon: lexiconRuleOf(network, options.words, constraints?.required ?? []),
  }
  const weight = sampling === null ? options.surrogateWeight : 0
  const begin = (): TextSearch => {
    if (habits.isGreedy) return greedySearch(rules)
    return sampling === null ? beamSearch(rules, { beam, lengthPenalty }) : sampleSearch(rules, sampling)
  }
  const found = await searchTexts(network, vectors, rules, begin, {
    ...run,
    rowsPerVector: sampling === null ? beam : sampling.samples,
    k: Math.min(sampling === null ? BEAM_TOKENS : DRAWN_FROM, config.vocabulary),
    guidance,
    rescore:
      surrogate === null || weight === 0
        ? null
        : {
            every: habits.rescoreEvery,
            score: async (texts, to) => (await surrogate.cosines(texts, to)).map((r) => weight * r),
          },
  })
  const refinements = await refineTexts(
    { network, encoder, guide, rules },
    vectors,
    found.map((texts) => texts.slice(0, refine || undefined).map((text) => text.tokens)),
    {
      ...run,
      calls: refine,
      minCosine: enough,
      perRound: PER_ROUND,
      gainWeight: network.likeness.isWhitened ? GAIN_OF_WHITENED : GAIN_OF_COSINE,
      pool: Math.max(POOL, options.candidates),
      push: PUSH,
      patience: PATIENCE,
      onStep: onStep && (({ index, ...step }) => onStep({ index: first + index, ...step })),
    },
  )
  const given = refinements.map(({ texts, nearest, likeliest }) => [
    ...texts.slice(0, options.candidates),
    ...(nearest && likeliest ? [nearest, likeliest] : []),
  ])
  const told = await tell(surrogate, vectors, given, found, run)
  return refinements.map(({ calls, curve }, i) => {
    const candidates = told[i]!.slice(0, -2)
    const [nearest = null, likeliest = null] = told[i]!.slice(-2)
    const best = candidates[0]
    const reached = best !== undefined && (minCosine === null || best.cosine >= enough)
    return { best: reached ? best : null, nearest, likeliest, candidates, calls, curve }
  })
}

/** Keeps texts to the words of the model, to those that the caller names, and to those that must occur. */
function lexiconRuleOf(
  { lexicon, tokens: { pieces } }: InverterNetwork,
  words: readonly string[] | 'any',
  required: readonly string[],
): LexiconRule | null {
  if (lexicon === null || words === 'any') return null
  const more = [...words, ...required.flatMap(wordsOf)]
  return lexiconRule(more.length === 0 ? lexicon : makeLexicon(more, lexicon), pieces)
}

/** Texts as they are given, with the surrogate's guess and whether the search saw them end. */
async function tell(
  surrogate: Surrogate | null,
  vectors: readonly Float32Array[],
  texts: readonly (readonly ScoredText[])[],
  found: readonly (readonly TokenText[])[],
  run: CallOptions,
): Promise<InvertedText[][]> {
  // The nearest and the likeliest are often the best one, which is not guessed again.
  const each = texts.flatMap((some, i) => [...new Set(some)].map((text) => ({ text, vector: vectors[i]! })))
  const asked = each.map(({ text: { tokens }, vector }) => ({ tokens, vector }))
  const guesses = surrogate && (await surrogate.cosines(asked, run))
  const guessOf = new Map(each.map(({ text }, at) => [text, guesses?.[at] ?? null]))
  return texts.map((some, i) =>
    some.map((one) => {
      const { text, tokens, cosine, whitened, logProb, perToken, worst, score } = one
      const stopped = found[i]!.find((own) => own.tokens.join() === tokens.join())?.stopped ?? true
      const surrogate = guessOf.get(one) ?? null
      return { text, cosine, whitened, logProb, perToken, worst, score, surrogate, stopped }
    }),
  )
}
