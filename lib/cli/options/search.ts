import { KEEP_AMOUNTS, KEEP_HASHTAGS, KEEP_TICKERS } from '../../models/constraints/keep_patterns.ts'
import { type InvertOptions, REFINE_CALLS } from '../../models/inverter/options.ts'
import type { Vec2TextOptions } from '../../models/vec2text/options.ts'
import { decimalNumber, type Options, UsageError, type Values, wholeNumber } from '../command.ts'

const KEEP: Readonly<Record<string, RegExp>> = {
  tickers: KEEP_TICKERS,
  hashtags: KEEP_HASHTAGS,
  amounts: KEEP_AMOUNTS,
}
const KINDS = Object.keys(KEEP).join(', ')

/** How texts are searched, and what must be in them. */
export const SEARCH_OPTIONS = {
  candidates: { type: 'string', short: 'k', value: 'N', help: 'texts for each vector (default: 1)' },
  beam: { type: 'string', value: 'N', help: 'width of the beam (default: 5)' },
  alpha: {
    type: 'string',
    value: 'X',
    help: "nats that a cosine of 1 by the surrogate's guess counts (default: 0, or 1 for models of Aparecium)",
  },
  steps: { type: 'string', value: 'N', help: 'corrections of vec2text (default: 20)' },
  'early-stop': { type: 'boolean', help: 'end the corrections of vec2text where one gains nothing' },
  compat: { type: 'boolean', help: "write what Aparecium's own program writes, for its checkpoints" },
  refine: {
    type: 'string',
    value: 'N',
    help: `texts that may be encoded for each vector (default: ${REFINE_CALLS}, and 0, none, for Aparecium's checkpoints)`,
  },
  'min-cosine': { type: 'string', value: 'X', help: 'what a text must reach; refinement stops there' },
  guidance: {
    type: 'string',
    value: 'X',
    help: 'how far what the vector says is exaggerated, 1 to 4 (default: 1.5)',
  },
  blur: {
    type: 'string',
    value: 'X',
    help: 'how blurred the vectors are, 0 to 1, for an inverter that is told (default: 0)',
  },
  'max-tokens': {
    type: 'string',
    value: 'N',
    help: 'longest text (default: as long as the inverter writes)',
  },
  'no-repeat-ngram': { type: 'string', value: 'N', help: 'no N tokens occur twice in a text' },
  samples: { type: 'string', value: 'N', help: 'draw N texts for each vector, in place of the beam' },
  temperature: { type: 'string', value: 'X', help: 'draw texts at this temperature (default: 0.8)' },
  'top-p': {
    type: 'string',
    value: 'X',
    help: 'draw from tokens that together are as likely (default: 0.95)',
  },
  seed: { type: 'string', value: 'N', help: 'draw texts with this seed (default: 0)' },
  include: { type: 'string', value: 'TEXT', multiple: true, help: 'what must be in each text' },
  exclude: { type: 'string', value: 'TEXT', multiple: true, help: 'what must not be in any' },
  keep: {
    type: 'string',
    value: 'KIND',
    multiple: true,
    help: `${KINDS}: all of them in --hints must be in each text`,
  },
  hints: { type: 'string', value: 'TEXT', help: 'where --keep looks' },
  words: {
    type: 'string',
    value: 'TEXT',
    multiple: true,
    help: 'names and other words that texts may have beside those that the inverter knows',
  },
  'any-words': { type: 'boolean', help: 'texts may have whatever the tokens of the inverter spell' },
} as const satisfies Options

const MOST = 64

/** What a corrector of vec2text alone takes. */
type CorrectionOptions = Pick<Vec2TextOptions, 'steps' | 'earlyStop'>

/** The options of the command line as the inverter takes them. Throws UsageError. */
export function searchOptions(values: Values<typeof SEARCH_OPTIONS>): InvertOptions & CorrectionOptions {
  const whole = (name: keyof typeof SEARCH_OPTIONS, least: number, most: number) =>
    wholeNumber(values[name] as string | undefined, `--${name}`, [least, most])
  const decimal = (name: keyof typeof SEARCH_OPTIONS, least: number, most: number) =>
    decimalNumber(values[name] as string | undefined, `--${name}`, [least, most])
  const sampling = {
    samples: whole('samples', 1, MOST),
    temperature: decimal('temperature', 0, 10),
    topP: decimal('top-p', 1e-6, 1),
    seed: whole('seed', 0, 1e15 - 1),
  }
  const { include, exclude, keep = [], hints, words } = values
  if (words && values['any-words']) throw new UsageError('--words and --any-words exclude each other')
  if (keep.length > 0 !== (hints !== undefined)) throw new UsageError('--keep and --hints need each other')
  const patterns = keep.map((kind) => {
    if (Object.hasOwn(KEEP, kind)) return KEEP[kind]!
    throw new UsageError(`--keep: got ${JSON.stringify(kind)}; expected ${KINDS}`)
  })
  const constraints = {
    ...(include && { include }),
    ...(exclude && { exclude }),
    ...(hints !== undefined && { keep: patterns, hints }),
  }
  return {
    candidates: whole('candidates', 1, MOST),
    beam: whole('beam', 1, MOST),
    alpha: decimal('alpha', 0, 1e6),
    ...(values.steps !== undefined && { steps: whole('steps', 0, 1000) }),
    ...(values['early-stop'] && { earlyStop: true }),
    ...(values.compat && { compat: true }),
    refine: whole('refine', 0, 1e6),
    minCosine: decimal('min-cosine', -1, 1),
    guidance: decimal('guidance', 1, 4),
    blur: decimal('blur', 0, 1),
    maxTokens: whole('max-tokens', 1, 1e6),
    noRepeatNgram: whole('no-repeat-ngram', 0, 1e6),
    ...(Object.values(sampling).some((value) => value !== undefined) && { sampling }),
    ...(values['any-words'] && { words: 'any' as const }),
    ...(words && { words }),
    ...(Object.keys(constraints).length > 0 && { constraints }),
  }
}
