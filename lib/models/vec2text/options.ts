import { badArgument, check, describe } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../core/run_options.ts'
import type { ConstraintOptions } from '../constraints/strings.ts'
import { checkOnStep, type InvertOptions, type OnStep } from '../inverter/options.ts'
import type { Drawing } from '../lm/generation/options.ts'

/**
 * How texts are written for vectors. Of InvertOptions those that ask for what these models do not have are refused by name:
 * guidance, blur, surrogateWeight, alpha, noRepeatNgram, words and compat.
 */
export interface Vec2TextOptions extends InvertOptions {
  /** Corrections; 0 for the hypothesizer alone. Default 20, and 0 where texts are drawn or `refine` is 0. */
  readonly steps?: number | undefined
  /**
   * Texts that are corrected side by side, each into as many, of which the nearest go on. Default 4, and 1 without steps. 1
   * takes the likeliest text of each step, be it nearer or not.
   */
  readonly beam?: number | undefined
  /** Ends when a step has not changed the highest cosine by 0.001. Default false: all steps are taken. */
  readonly earlyStop?: boolean | undefined
  /**
   * Whether vectors may have any length, and get the one that vectors of the encoder have in the mean: for those that were
   * normalised or predicted, where the model needs raw ones. Default false: they are read as they are.
   */
  readonly rescale?: boolean | undefined
}

const OWN = {
  ...CALL_OPTIONS,
  candidates: true,
  beam: true,
  sampling: true,
  lengthPenalty: true,
  maxTokens: true,
  refine: true,
  minCosine: true,
  onProgress: true,
  onStep: true,
  steps: true,
  earlyStop: true,
  rescale: true,
  noRepeatNgram: true,
  guidance: true,
  blur: true,
  surrogateWeight: true,
  constraints: true,
  words: true,
  alpha: true,
  compat: true,
} as const

/** Options with nothing left out. */
export interface Vec2TextPlan {
  readonly candidates: number
  readonly steps: number
  readonly beam: number
  readonly drawing: Drawing | null
  readonly samples: number
  readonly lengthPenalty: number
  readonly maxTokens: number
  /** Texts that may be encoded per vector. */
  readonly calls: number
  readonly minCosine: number | null
  readonly earlyStop: boolean
  readonly rescale: boolean
  /** Not read yet. */
  readonly constraints: ConstraintOptions | null
  readonly onStep: OnStep | null
  readonly run: CallOptions
}

const STEPS = 20
const BEAM = 4
const MOST_STEPS = 1000
const MOST = 64
/** Side by side there are beam · beam texts. */
const MOST_BEAM = 8

/** What an option may be that asks for nothing. */
const HARMLESS: Readonly<Partial<Record<keyof InvertOptions, unknown>>> = {
  noRepeatNgram: 0,
  guidance: 1,
  blur: 0,
  surrogateWeight: 0,
  words: 'any',
  compat: false,
}
const REFUSED = [
  ...(['noRepeatNgram', 'guidance', 'blur', 'surrogateWeight', 'alpha', 'words'] as const),
  'compat',
] as const

/**
 * Completes options. Throws VmmError BAD_ARGUMENT that names the one that is wrong, or that this model does not have.
 *
 * @param model tokens of a text at most, and the `rescale` of calls that do not say theirs
 */
export function vec2textPlan(
  given: Vec2TextOptions,
  model: { readonly capacityTokens: number; readonly rescale: boolean },
): Vec2TextPlan {
  const { capacityTokens } = model
  refuseUnknown<Vec2TextOptions>(given, OWN)
  const { signal, threads, device, sampling, candidates = 1, refine, minCosine, lengthPenalty = 1 } = given
  checkRunOptions({ signal, threads, device })
  for (const name of REFUSED) {
    const value: unknown = given[name]
    const isNothing = value === undefined || value === HARMLESS[name] || isEmpty(value)
    const harmless = HARMLESS[name] === undefined ? 'nothing' : describe(HARMLESS[name])
    check(isNothing, name, value, `${harmless}: the models of vec2text do not have it`)
  }
  const isPlain = sampling !== undefined || refine === 0
  const { steps = isPlain ? 0 : STEPS } = given
  const { beam = steps === 0 ? 1 : BEAM } = given
  whole('candidates', candidates, 1, MOST)
  whole('steps', steps, 0, MOST_STEPS)
  whole('beam', beam, 1, steps === 0 ? MOST : MOST_BEAM)
  if (sampling !== undefined && steps > 0)
    throw badArgument('sampling', `${steps} steps`, 'steps: 0, as corrections are not drawn')
  if (sampling !== undefined && given.constraints !== undefined)
    throw badArgument('sampling', 'constraints with it', 'one or the other')
  const { maxTokens = capacityTokens, earlyStop = false, rescale = model.rescale } = given
  whole('maxTokens', maxTokens, 1, capacityTokens)
  if (refine !== undefined) whole('refine', refine, 0, 1e6)
  const isPenalty = typeof lengthPenalty === 'number' && lengthPenalty >= 0 && lengthPenalty <= 4
  check(isPenalty, 'lengthPenalty', lengthPenalty, 'a number from 0 to 4')
  const isCosine = minCosine === undefined || (minCosine >= -1 && minCosine <= 1)
  check(isCosine, 'minCosine', minCosine, 'a number from -1 to 1')
  for (const [name, value] of Object.entries({ earlyStop, rescale }))
    check(typeof value === 'boolean', name, value, 'true or false')
  const { samples = 8, temperature = 0.8, topP = 0.95, seed = 0 } = sampling ?? {}
  whole('sampling.samples', samples, 1, MOST)
  whole('sampling.seed', seed, 0, Number.MAX_SAFE_INTEGER)
  check(temperature >= 0 && temperature <= 10, 'sampling.temperature', temperature, 'a number from 0 to 10')
  check(topP > 0 && topP <= 1, 'sampling.topP', topP, 'a number above 0, at most 1')
  const isDrawn = sampling !== undefined && temperature > 0
  return {
    ...{ candidates, steps, beam, lengthPenalty, maxTokens, earlyStop, rescale },
    drawing: isDrawn ? { temperature, topK: null, topP, minP: 0, seed } : null,
    samples: isDrawn ? samples : 1,
    calls: refine === undefined || refine === 0 ? Number.POSITIVE_INFINITY : refine,
    minCosine: minCosine ?? null,
    constraints: given.constraints ?? null,
    onStep: checkOnStep(given.onStep),
    run: { signal, threads, device },
  }
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

function whole(name: string, value: number, least: number, most: number): void {
  const ok = Number.isSafeInteger(value) && value >= least && value <= most
  check(ok, name, value, `a whole number from ${least} to ${most}`)
}
