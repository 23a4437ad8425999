import { workingLifetime } from '../../core/disposable.ts'
import type { Encoder } from '../../core/encoder.ts'
import { badArgument, check, describe, VmmError } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS } from '../../core/run_options.ts'
import type { DecoderHabits } from '../inverter/habits.ts'
import type { TextPlan } from '../inverter/inversion.ts'
import { type Inverter, makeInverter } from '../inverter/inverter.ts'
import type { InverterNetwork } from '../inverter/network.ts'
import type { InvertOptions } from '../inverter/options.ts'
import type { Surrogate } from '../inverter/surrogate/scorer.ts'
import { blocksOf } from '../inverter/vector_source.ts'
import { byteConstraints } from './constraints.ts'
import { sentenceEnds, sentenceOpening } from './sentences.ts'
import type { Sketcher } from './sketcher.ts'
import type { ByteTokens } from './tokens.ts'

export interface ApareciumParts {
  readonly name: string
  readonly fingerprint: string
  readonly bytes: ByteTokens
  /** Its tokens are those, and its habits those of apareciumHabits. */
  readonly network: InverterNetwork
  readonly encoder: Encoder
  readonly surrogate: Surrogate | null
  readonly sketcher: Sketcher | null
  /** Called once, when the inverter is disposed. */
  readonly disposeParts: () => void
}

/** What a guessed cosine of 1 counts in the beam, in nats: the original's alpha. */
const ALPHA = 1
/** Tokens between two questions to the surrogate, as the original asks it. */
const RESCORE_EVERY = 8

/**
 * How texts are searched with a decoder of Aparecium. It was trained on texts without a token before them and without an end: a
 * text begins with what would follow a sentence, and may end where a sentence does.
 */
export function apareciumHabits(bytes: ByteTokens): DecoderHabits {
  return {
    opening: sentenceOpening(bytes),
    isWhole: sentenceEnds(bytes.tokens.pieces),
    isGreedy: false,
    rescoreEvery: RESCORE_EVERY,
    constrain: (options, maxTokens) => byteConstraints(options, bytes, maxTokens),
  }
}

/** An inverter over parts that are there already. Throws as makeInverter does. */
export function makeApareciumInverter(parts: ApareciumParts): Inverter {
  const { bytes, network, sketcher, disposeParts, ...shared } = parts
  const { config } = network
  // Each of the three may have calls under way when all are disposed.
  let owners = 3
  const release = () => {
    if (--owners === 0) disposeParts()
  }
  const mended = makeInverter({ ...shared, network, disposeParts: release })
  const habits = { ...network.habits, opening: null, isWhole: null, isGreedy: true }
  const other = { ...network, habits, tokens: bytes.spaced }
  const original = makeInverter({ ...shared, network: other, disposeParts: release })
  const plans = workingLifetime(`${parts.name}: the model was disposed`, release)
  const asked = (given: InvertOptions): readonly [Inverter, InvertOptions] =>
    isCompat(given)
      ? [original, originalOptions(given, config.capacityTokens)]
      : [mended, mendedOptions(given)]
  const untold = async (): Promise<never> => {
    throw new VmmError('UNSUPPORTED', `${parts.name}: its decoder was never trained without vectors`)
  }
  const dispose = () => {
    for (const one of [mended, original, plans.ends]) one.dispose()
  }
  return {
    ...mended,
    invert: async (vectors, options = {}) => {
      const [inverter, own] = asked(options)
      return inverter.invert(vectors, own)
    },
    invertEach: (vectors, options = {}) => {
      const [inverter, own] = asked(options)
      return inverter.invertEach(vectors, own)
    },
    surprise: (texts, options) =>
      options?.vectors === undefined && texts.length > 0 ? untold() : mended.surprise(texts, options),
    sampleTexts: untold,
    ...(sketcher && {
      plan: (vectors, options = {}) =>
        plans.during(async () => {
          refuseUnknown(options, CALL_OPTIONS)
          const all: TextPlan[] = []
          for await (const block of blocksOf(vectors, config))
            all.push(...(await sketcher.plans(block, options)))
          return all
        }),
    }),
    dispose,
    [Symbol.dispose]: dispose,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([mended, original, plans.ends].map((one) => one[Symbol.asyncDispose]()))
    },
  }
}

function isCompat(given: InvertOptions): boolean {
  const compat: unknown = given?.compat ?? false
  check(typeof compat === 'boolean', 'compat', compat, 'true or false')
  return compat
}

/** The options of an inverter, with Aparecium's defaults. What is wrong is left for it to name. */
function mendedOptions(given: InvertOptions): InvertOptions {
  if (typeof given !== 'object' || given === null) return given
  const { compat: _, ...options } = given
  const { guidance = 1, refine = 0, alpha, surrogateWeight } = options
  check(guidance === 1, 'guidance', guidance, '1: this decoder was never trained without vectors')
  const weight = alpha === undefined && surrogateWeight === undefined ? { alpha: ALPHA } : {}
  // A round of edits reads some texts over all of 50,257 tokens: minutes, where the search takes seconds.
  return { ...options, guidance, refine, ...weight }
}

/** What changes nothing in the original's texts, and what may be asked of them. */
const IDLE = ['beam', 'alpha', 'surrogateWeight', 'constraints', 'compat'] as const
const FREE = [
  'candidates',
  'maxTokens',
  'minCosine',
  'onProgress',
  'onStep',
  'signal',
  'threads',
  'device',
] as const

/** The options of the original's search. Its length counts the token that it starts with. */
function originalOptions(given: InvertOptions, capacityTokens: number): InvertOptions {
  const known: readonly string[] = [...IDLE, ...FREE]
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || known.includes(name) || (name === 'refine' && value === 0)) continue
    throw badArgument(name, describe(value), 'nothing beside compat: the original has no such thing')
  }
  const { maxTokens = capacityTokens } = given
  const isWhole = Number.isInteger(maxTokens) && maxTokens >= 2 && maxTokens <= capacityTokens
  check(isWhole, 'maxTokens', maxTokens, `a whole number from 2 to ${capacityTokens}`)
  const free = Object.fromEntries(FREE.flatMap((name) => (name in given ? [[name, given[name]]] : [])))
  return { ...free, maxTokens: maxTokens - 1, refine: 0, guidance: 1, beam: 1 }
}
