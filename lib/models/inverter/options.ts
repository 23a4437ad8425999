import { badArgument, check, describe } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../core/run_options.ts'
import { wordsOf } from '../../text/lexicon.ts'
import type { ConstraintOptions } from '../constraints/strings.ts'
import type { InverterConfig } from './config.ts'
import type { InversionStep } from './inversion.ts'

/** How tokens are drawn, in place of a beam. */
export interface SamplingOptions {
  /** Texts that are drawn per vector; 8 when left out. */
  readonly samples?: number | undefined
  /** 0 takes the likeliest token each time (greedy); 0.8 when left out. */
  readonly temperature?: number | undefined
  /** Only the likeliest tokens that together have this probability; 0.95 when left out. */
  readonly topP?: number | undefined
  /** 0 … 2^53 - 1; the same seed draws the same texts for a vector, whatever else is in the batch. */
  readonly seed?: number | undefined
}

/** How texts are written for vectors. */
export interface InvertOptions extends CallOptions {
  /** Texts that are given per vector, 1 … 64; 1 when left out. */
  readonly candidates?: number | undefined
  /** Width of the beam, 1 … 64; 5 when left out, 1 for the likeliest token each time. */
  readonly beam?: number | undefined
  /** Draws texts in place of the beam. */
  readonly sampling?: SamplingOptions | undefined
  /** Log-probabilities are divided by (length + 1) to this power; 0.8 when left out. */
  readonly lengthPenalty?: number | undefined
  /** No n tokens occur twice in a text; 0, when left out, allows all. */
  readonly noRepeatNgram?: number | undefined
  /** Tokens of a text at most: the model's capacity when left out. */
  readonly maxTokens?: number | undefined
  /** How far what the vector says is exaggerated while a beam or samples are written, 1 … 4; 1.5 when left out. */
  readonly guidance?: number | undefined
  /**
   * How blurred the vectors are, from 0, as the encoder made them, to 1, of which nothing is known: where they are predicted
   * or averaged, the decoder then writes what is sure. 0 when left out; above it, for models with `config.noiseRange`.
   */
  readonly blur?: number | undefined
  /** What a guessed cosine of 1 counts in the beam, in nats; 0, when left out, does without the surrogate. */
  readonly surrogateWeight?: number | undefined
  /** The same by the name that Aparecium has for it; 1, when left out, for its published checkpoints. */
  readonly alpha?: number | undefined
  /**
   * Whether a published checkpoint of Aparecium gives the text that its own program gives: the likeliest token each time.
   * Its beams begin alike and stay alike, so that `beam`, `alpha` and `constraints` change nothing there, nor here. Default
   * false; other inverters have no other way.
   */
  readonly compat?: boolean | undefined
  /**
   * Texts that may be encoded per vector; 300 when left out, 0 for those alone that the beam or the samples give, which is what
   * Aparecium's checkpoints do when it is left out.
   */
  readonly refine?: number | undefined
  /** Texts that are less near to their vector than this are no result, -1 … 1; refinement stops once it is reached. */
  readonly minCosine?: number | undefined
  /** What must and what must not be in each text. */
  readonly constraints?: ConstraintOptions | undefined
  /**
   * Words, such as names, that texts may have beside those of the model's lexicon; those of `constraints` may occur in any
   * case. 'any' allows all that the model's tokens spell.
   */
  readonly words?: readonly string[] | 'any' | undefined
  /** Called as vectors are done; `total` is known where the vectors do not come as a stream. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined
  /**
   * Called whenever texts were encoded for a vector, once for each point of its `curve`; vectors that are inverted side by
   * side take turns. It changes no text; what it throws ends the inversion.
   */
  readonly onStep?: ((step: InversionStep) => void) | undefined
}

export type OnStep = NonNullable<InvertOptions['onStep']>

const SAMPLING_OPTIONS = {
  samples: true,
  temperature: true,
  topP: true,
  seed: true,
} as const satisfies OptionNames<SamplingOptions>

const INVERT_OPTIONS = {
  ...CALL_OPTIONS,
  candidates: true,
  beam: true,
  sampling: true,
  lengthPenalty: true,
  noRepeatNgram: true,
  maxTokens: true,
  guidance: true,
  blur: true,
  surrogateWeight: true,
  alpha: true,
  compat: true,
  refine: true,
  minCosine: true,
  constraints: true,
  words: true,
  onProgress: true,
  onStep: true,
} as const satisfies OptionNames<InvertOptions>

/** Options with nothing left out. */
export interface CheckedOptions extends CallOptions {
  readonly candidates: number
  readonly beam: number
  readonly sampling: {
    readonly samples: number
    readonly temperature: number
    readonly topP: number
    readonly seed: number
  } | null
  readonly lengthPenalty: number
  readonly noRepeatNgram: number
  readonly maxTokens: number
  readonly guidance: number
  readonly blur: number
  readonly surrogateWeight: number
  readonly refine: number
  readonly minCosine: number | null
  readonly constraints: ConstraintOptions | null
  readonly words: readonly string[] | 'any'
  readonly onStep: OnStep | null
}

const MOST = 64
/** Texts that may be encoded per vector where nobody says how many. */
export const REFINE_CALLS = 300
/** On the validation part the beam found texts as near without the surrogate as with it, at 3 to 25 nats. */
const SURROGATE_WEIGHT = 0

/** Completes options. Throws VmmError BAD_ARGUMENT that names the one that is wrong. */
export function invertOptions(given: InvertOptions, config: InverterConfig): CheckedOptions {
  const { capacityTokens } = config
  refuseUnknown(given, INVERT_OPTIONS)
  checkRunOptions(given)
  const { signal, threads, device, candidates = 1, beam = 5, sampling, minCosine, constraints } = given
  const whole = (name: string, value: unknown, least: number, most: number): number => {
    const ok = Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
    if (!ok) throw badArgument(name, describe(value), `a whole number from ${least} to ${most}`)
    return value as number
  }
  const number = (name: string, value: unknown, least: number, most: number): number => {
    const ok = typeof value === 'number' && value >= least && value <= most
    if (!ok) throw badArgument(name, describe(value), `a number from ${least} to ${most}`)
    return value as number
  }
  const { surrogateWeight, alpha, compat = false } = given
  const isOneWeight = alpha === undefined || surrogateWeight === undefined || alpha === surrogateWeight
  check(isOneWeight, 'alpha', alpha, 'the same as surrogateWeight, which it is another name of')
  check(compat === false, 'compat', compat, 'false: this inverter is no published checkpoint of Aparecium')
  if (sampling !== undefined) refuseUnknown(sampling, SAMPLING_OPTIONS, 'sampling.')
  return {
    signal,
    threads,
    device,
    candidates: whole('candidates', candidates, 1, MOST),
    beam: whole('beam', beam, 1, MOST),
    sampling:
      sampling === undefined
        ? null
        : {
            samples: whole('sampling.samples', sampling.samples ?? 8, 1, MOST),
            temperature: number('sampling.temperature', sampling.temperature ?? 0.8, 0, 10),
            topP: number('sampling.topP', sampling.topP ?? 0.95, 1e-6, 1),
            seed: whole('sampling.seed', sampling.seed ?? 0, 0, Number.MAX_SAFE_INTEGER),
          },
    lengthPenalty: number('lengthPenalty', given.lengthPenalty ?? 0.8, 0, 4),
    noRepeatNgram: whole('noRepeatNgram', given.noRepeatNgram ?? 0, 0, capacityTokens),
    maxTokens: whole('maxTokens', given.maxTokens ?? capacityTokens, 1, capacityTokens),
    guidance: number('guidance', given.guidance ?? 1.5, 1, 4),
    blur: checkBlur(given.blur, config),
    surrogateWeight: number(
      alpha === undefined ? 'surrogateWeight' : 'alpha',
      alpha ?? surrogateWeight ?? SURROGATE_WEIGHT,
      0,
      1e6,
    ),
    refine: whole('refine', given.refine ?? REFINE_CALLS, 0, 1e6),
    minCosine: minCosine === undefined ? null : number('minCosine', minCosine, -1, 1),
    constraints: constraints ?? null,
    words: given.words === 'any' ? 'any' : wordsIn(given.words ?? []),
    onStep: checkOnStep(given.onStep),
  }
}

/** What is told of steps. Throws VmmError BAD_ARGUMENT for what is no function. */
export function checkOnStep(onStep: OnStep | undefined): OnStep | null {
  check(onStep === undefined || typeof onStep === 'function', 'onStep', onStep, 'a function')
  return onStep ?? null
}

/** How blurred vectors are. Throws VmmError BAD_ARGUMENT for other numbers than a model can be told. */
export function checkBlur(blur: unknown = 0, { noiseRange }: InverterConfig): number {
  const most = noiseRange === null ? 0 : 1
  if (typeof blur === 'number' && blur >= 0 && blur <= most) return blur
  const allowed = most === 0 ? '0: this model is not told of blurred vectors' : 'a number from 0 to 1'
  throw badArgument('blur', describe(blur), allowed)
}

/** The words of some texts, in lower case. Throws for what has none, so that nothing is overlooked. */
function wordsIn(texts: unknown): readonly string[] {
  check(Array.isArray(texts), 'words', texts, "an array of words, or 'any'")
  return texts.flatMap((text: unknown, i) => {
    const words = typeof text === 'string' ? wordsOf(text) : []
    check(words.length > 0, `words[${i}]`, text, 'a word')
    return words
  })
}
