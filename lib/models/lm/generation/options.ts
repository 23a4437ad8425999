import { badArgument, check, describe } from '../../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../../core/run_options.ts'
import { checkSeed } from '../../../ops/random_numbers.ts'

/** How a text is written. Without any of the options for drawing, and without beams, it takes the likeliest token each time. */
export interface GenerateOptions extends CallOptions {
  /** Tokens that are written at most; fewer where the model's context ends. Default 128. */
  readonly maxTokens?: number | undefined
  /** Texts at which it ends; they are left out of what is given. */
  readonly stop?: string | readonly string[] | undefined
  /** Draws tokens, from logits that are divided by it. Default 1, where another option says that tokens are drawn. */
  readonly temperature?: number | undefined
  /** Draws from so many likeliest tokens. */
  readonly topK?: number | undefined
  /** Draws from the likeliest tokens that have this probability together (Holtzman et al. 2019, arXiv 1904.09751). */
  readonly topP?: number | undefined
  /** Draws from tokens that have this share of the likeliest one's probability (Nguyen et al. 2024, arXiv 2407.01082). */
  readonly minP?: number | undefined
  /** Of what is drawn: the same seed gives the same text, alone and among others. Default 0. */
  readonly seed?: number | undefined
  /** Texts that are drawn for each prompt: the others are its `alternatives`. Default 1. */
  readonly samples?: number | undefined
  /**
   * Divides logits above 0 of tokens that are there already, those of the prompt among them, and multiplies those below
   * (Keskar et al. 2019, arXiv 1909.05858). Default 1.
   */
  readonly repetitionPenalty?: number | undefined
  /** Hypotheses of a beam search; all that it finds are given, the best first. Default 1: none. */
  readonly beams?: number | undefined
  /** Of a beam search, whose score is the log-probability / tokens ^ lengthPenalty. Default 1. */
  readonly lengthPenalty?: number | undefined
  /** Has tokens guessed, of which the model reads several in one pass. What is written stays the same; see SpeculateOptions. */
  readonly speculate?: SpeculateOptions | undefined
  /** Bytes that the caches of tokens may take at a time; prompts take turns for them. Default 4 GiB. */
  readonly cacheBytes?: number | undefined
}

/**
 * How tokens are guessed ahead, where the likeliest one is taken each time: texts and their log-probabilities are the same bits
 * with and without it. It pays where guesses are often right.
 */
export interface SpeculateOptions {
  /**
   * `'ngram'` looks for the last tokens in the prompt and what was written, and guesses what followed them there: for texts that
   * repeat or quote what stands before. A text generator, much smaller and with the same tokenizer, guesses what it would write.
   */
  readonly draft: 'ngram' | DraftGenerator
  /** Tokens that are guessed at a time, at most; fewer after guesses that were wrong. Default 8. */
  readonly length?: number | undefined
  /** Of `'ngram'`: how many last tokens are looked for at most. Default 3. */
  readonly maxNgram?: number | undefined
}

/** A text generator as loadTextGenerator gives it. */
export interface DraftGenerator {
  readonly name: string
  readonly fingerprint: string
}

const NAMES = {
  ...CALL_OPTIONS,
  maxTokens: true,
  stop: true,
  temperature: true,
  topK: true,
  topP: true,
  minP: true,
  seed: true,
  samples: true,
  repetitionPenalty: true,
  beams: true,
  lengthPenalty: true,
  speculate: true,
  cacheBytes: true,
} as const satisfies OptionNames<GenerateOptions>

const SPECULATE = {
  draft: true,
  length: true,
  maxNgram: true,
} as const satisfies OptionNames<SpeculateOptions>

/** How tokens are drawn. */
export interface Drawing {
  readonly temperature: number
  readonly topK: number | null
  readonly topP: number
  readonly minP: number
  readonly seed: number
}

/** How tokens are guessed. */
export interface Speculation {
  readonly draft: 'ngram' | DraftGenerator
  readonly length: number
  readonly maxNgram: number
}

/** The options with their defaults. */
export interface Plan {
  readonly maxTokens: number
  readonly stop: readonly string[]
  /** Null: the likeliest token is taken. */
  readonly drawing: Drawing | null
  readonly samples: number
  readonly repetitionPenalty: number
  /** 1: none. */
  readonly beams: number
  readonly lengthPenalty: number
  /** Null: none are guessed. */
  readonly speculation: Speculation | null
  readonly cacheBytes: number
  readonly run: CallOptions
}

/** Sequences that a prompt may have at once. */
const MOST_SEQUENCES = 64
const MOST_STOPS = 64
/** Tokens that are guessed at a time. */
export const MOST_GUESSED = 32
const MOST_NGRAM = 16
const DRAWING = ['temperature', 'topK', 'topP', 'minP', 'seed', 'samples'] as const

const whole = (x: unknown, least: number, most: number) =>
  Number.isSafeInteger(x) && (x as number) >= least && (x as number) <= most

/** Reads the options. Throws VmmError BAD_ARGUMENT naming the one that does not exist, does not fit, or contradicts another. */
export function planOf(options: GenerateOptions): Plan {
  refuseUnknown(options, NAMES)
  const { signal, threads, device } = options
  checkRunOptions({ signal, threads, device })
  const { maxTokens = 128, repetitionPenalty = 1, beams = 1, lengthPenalty = 1, samples = 1 } = options
  const { temperature = 1, topK = null, topP = 1, minP = 0, seed = 0, cacheBytes = 2 ** 32 } = options
  check(whole(maxTokens, 1, 2 ** 31), 'maxTokens', maxTokens, 'a whole number from 1 on')
  const isWarm = Number.isFinite(temperature) && temperature > 0
  check(isWarm, 'temperature', temperature, 'a number above 0; left out, the likeliest token is taken')
  check(topK === null || whole(topK, 1, 2 ** 31), 'topK', topK, 'a whole number from 1 on')
  check(topP > 0 && topP <= 1, 'topP', topP, 'a number above 0, at most 1')
  check(minP >= 0 && minP <= 1, 'minP', minP, '0 to 1')
  checkSeed(seed)
  check(whole(samples, 1, MOST_SEQUENCES), 'samples', samples, `1 … ${MOST_SEQUENCES}`)
  const isPenalty = Number.isFinite(repetitionPenalty) && repetitionPenalty > 0
  check(isPenalty, 'repetitionPenalty', repetitionPenalty, 'a number above 0')
  check(whole(beams, 1, MOST_SEQUENCES), 'beams', beams, `1 … ${MOST_SEQUENCES}`)
  check(Number.isFinite(lengthPenalty), 'lengthPenalty', lengthPenalty, 'a number')
  check(whole(cacheBytes, 1, Number.MAX_SAFE_INTEGER), 'cacheBytes', cacheBytes, 'a number of bytes')
  const drawn = DRAWING.filter((name) => options[name] !== undefined)
  if (beams > 1) {
    const others = [...drawn, ...(options.repetitionPenalty === undefined ? [] : ['repetitionPenalty'])]
    if (others.length > 0)
      throw badArgument('beams', `${beams} with ${others.join(', ')}`, 'one or the other')
  } else if (options.lengthPenalty !== undefined)
    throw badArgument('lengthPenalty', 'one beam', 'beams: 2 or more')
  return {
    ...{ maxTokens, samples, repetitionPenalty, beams, lengthPenalty, cacheBytes },
    stop: stopsOf(options.stop),
    drawing: drawn.length > 0 ? { temperature, topK, topP, minP, seed } : null,
    speculation: speculationOf(options.speculate, beams > 1 ? ['beams', ...drawn] : drawn),
    run: { signal, threads, device },
  }
}

/** @param others options that go without it */
function speculationOf(given: SpeculateOptions | undefined, others: readonly string[]): Speculation | null {
  if (given === undefined) return null
  refuseUnknown(given, SPECULATE, 'speculate.')
  const { draft, length = 8, maxNgram = 3 } = given
  const isGenerator = typeof draft === 'object' && draft !== null
  check(draft === 'ngram' || isGenerator, 'speculate.draft', draft, "'ngram' or a text generator")
  check(whole(length, 1, MOST_GUESSED), 'speculate.length', length, `1 … ${MOST_GUESSED}`)
  check(whole(maxNgram, 1, MOST_NGRAM), 'speculate.maxNgram', maxNgram, `1 … ${MOST_NGRAM}`)
  if (isGenerator && given.maxNgram !== undefined)
    throw badArgument('speculate.maxNgram', `${maxNgram} with a text generator`, "draft: 'ngram'")
  if (others.length > 0)
    throw badArgument(
      'speculate',
      `it with ${others.join(', ')}`,
      'the likeliest token to be taken each time',
    )
  return { draft, length, maxNgram }
}

function stopsOf(stop: GenerateOptions['stop']): readonly string[] {
  const list: readonly unknown[] = stop === undefined ? [] : Array.isArray(stop) ? stop : [stop]
  check(list.length <= MOST_STOPS, 'stop', `${list.length} texts`, `at most ${MOST_STOPS}`)
  for (const [i, one] of list.entries())
    if (typeof one !== 'string' || one === '')
      throw badArgument(
        Array.isArray(stop) ? `stop[${i}]` : 'stop',
        describe(one),
        'a text of a character or more',
      )
  return list as readonly string[]
}
