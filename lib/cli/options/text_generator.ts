import { cacheDirectory } from '../../io/cache_dir.ts'
import {
  type GenerateOptions,
  MOST_GUESSED,
  type SpeculateOptions,
} from '../../models/lm/generation/options.ts'
import type { LoadTextGeneratorOptions } from '../../models/lm/published/options.ts'
import type { TextGenerator } from '../../models/lm/text_generator.ts'
import { decimalNumber, type Options, UsageError, type Values, wholeNumber } from '../command.ts'
import type { CliContext } from '../context.ts'
import { Progress } from '../output/progress.ts'
import { MODEL_OPTIONS, threadsOf } from './model.ts'
import { PUBLISHED_OPTIONS, publishedOptionsOf } from './published.ts'
import { TEXT_OPTIONS, textFor } from './text.ts'

const { storage, compute } = PUBLISHED_OPTIONS
const { file } = TEXT_OPTIONS
const { threads } = MODEL_OPTIONS

/** Options of every command that runs a published language model. */
export const TEXT_GENERATOR_OPTIONS = {
  model: {
    type: 'string',
    value: 'NAME',
    help: 'folder, repository or short name of a published language model, such as gpt2',
  },
  file,
  tokenizer: {
    type: 'string',
    value: 'NAME',
    help: "folder or repository of the tokenizer of a model that has none beside it (default: the model's own)",
  },
  storage,
  compute,
  threads,
} as const satisfies Options

/** How texts are written. */
export const GENERATE_OPTIONS = {
  'max-tokens': { type: 'string', value: 'N', help: 'tokens that are written at most (default: 128)' },
  stop: { type: 'string', value: 'TEXT', multiple: true, help: 'end before this text' },
  greedy: { type: 'boolean', help: 'take the likeliest token each time (default)' },
  temperature: { type: 'string', value: 'X', help: 'draw tokens at this temperature (default: 1)' },
  'top-k': { type: 'string', value: 'N', help: 'draw from the N likeliest tokens' },
  'top-p': { type: 'string', value: 'X', help: 'draw from the likeliest tokens that together are so likely' },
  'min-p': {
    type: 'string',
    value: 'X',
    help: "draw from tokens with this share of the likeliest one's probability",
  },
  seed: { type: 'string', value: 'N', help: 'draw with this seed (default: 0)' },
  samples: { type: 'string', value: 'N', help: 'draw N texts' },
  'repetition-penalty': {
    type: 'string',
    value: 'X',
    help: 'make tokens less likely that are there already (1: not)',
  },
  beams: { type: 'string', value: 'N', help: 'search with N hypotheses' },
  'length-penalty': {
    type: 'string',
    value: 'X',
    help: 'of the search: above 0 favours long texts (default: 1)',
  },
} as const satisfies Options

/** What guesses tokens ahead, where the likeliest one is taken each time. */
export const SPECULATION_OPTIONS = {
  speculate: {
    type: 'boolean',
    help: 'guess tokens from what stands before: the same text, faster where it repeats',
  },
  draft: {
    type: 'string',
    value: 'NAME',
    help: 'guess them with this smaller language model, whose tokens are the same',
  },
  guesses: { type: 'string', value: 'N', help: 'tokens that are guessed at a time at most (default: 8)' },
} as const satisfies Options

const MOST = 64
const DRAWING = ['temperature', 'top-k', 'top-p', 'min-p', 'seed', 'samples'] as const

/** The options of the command line as `generate` takes them. Throws UsageError. */
export function generateOptions(values: Values<typeof GENERATE_OPTIONS>): GenerateOptions {
  const whole = (name: keyof typeof GENERATE_OPTIONS, least: number, most: number) =>
    wholeNumber(values[name] as string | undefined, `--${name}`, [least, most])
  const decimal = (name: keyof typeof GENERATE_OPTIONS, least: number, most: number) =>
    decimalNumber(values[name] as string | undefined, `--${name}`, [least, most])
  const drawn = DRAWING.filter((name) => values[name] !== undefined)
  if (values.greedy && drawn.length > 0) throw new UsageError(`--greedy and --${drawn[0]} exclude each other`)
  if (values.stop?.includes('')) throw new UsageError('--stop: an empty text')
  return {
    maxTokens: whole('max-tokens', 1, 1e9),
    stop: values.stop,
    temperature: decimal('temperature', 1e-6, 1e6),
    topK: whole('top-k', 1, 1e9),
    topP: decimal('top-p', 1e-6, 1),
    minP: decimal('min-p', 0, 1),
    seed: whole('seed', 0, 1e15 - 1),
    samples: whole('samples', 1, MOST),
    repetitionPenalty: decimal('repetition-penalty', 1e-3, 1e3),
    beams: whole('beams', 1, MOST),
    lengthPenalty: decimal('length-penalty', -100, 100),
  }
}

/** How tokens are guessed, but for the model that does; null: none are. Throws UsageError. */
export function speculationOptions(
  values: Values<typeof SPECULATION_OPTIONS & typeof GENERATE_OPTIONS>,
): Omit<SpeculateOptions, 'draft'> | null {
  const length = wholeNumber(values.guesses, '--guesses', [1, MOST_GUESSED])
  if (values.draft === '') throw new UsageError('--draft: an empty name')
  if (values.speculate && values.draft !== undefined)
    throw new UsageError('--speculate and --draft exclude each other')
  const given = values.speculate ? 'speculate' : values.draft === undefined ? null : 'draft'
  if (given === null) {
    if (length !== undefined) throw new UsageError('--guesses goes with --speculate or --draft')
    return null
  }
  const other = [...DRAWING, 'beams' as const].find((name) => values[name] !== undefined)
  if (other !== undefined) throw new UsageError(`--${given} and --${other} exclude each other`)
  return { length }
}

/** A loaded language model, the text that the command line gives, and how to run the one over the other. */
export interface LoadedGenerator {
  readonly model: TextGenerator
  readonly text: string
  readonly run: { readonly signal: AbortSignal; readonly threads: number | undefined }
  /** Loads another one by its name, as the options say. */
  load(name: string): Promise<TextGenerator>
}

/** Loads the language model that the options name, hands it to `use`, and frees it. */
export async function withTextGenerator(
  values: Values<typeof TEXT_GENERATOR_OPTIONS>,
  positionals: readonly string[],
  context: CliContext,
  use: (loaded: LoadedGenerator) => Promise<void>,
): Promise<void> {
  const { model: name } = values
  if (name === undefined || name === '')
    throw new UsageError(
      'no language model: --model names a folder, a repository or a short name such as gpt2',
    )
  const run = { signal: context.signal, threads: threadsOf(values) }
  const checked = publishedOptionsOf(values)
  // What is piped in ends with a line end, which belongs to the pipe.
  const text = (await textFor(values, positionals, context)).replace(/\r?\n$/, '')
  const load = (one: string, more: { readonly tokenizer?: string | undefined } = {}) =>
    loadGenerator(one, { ...checked, ...more }, context)
  using model = await load(name, { tokenizer: values.tokenizer })
  await use({ model, text, run, load })
}

async function loadGenerator(
  name: string,
  { storage, compute, tokenizer }: Pick<LoadTextGeneratorOptions, 'storage' | 'compute' | 'tokenizer'>,
  context: CliContext,
): Promise<TextGenerator> {
  const { loadTextGenerator } = await context.engine()
  using progress = new Progress('Preparing weights', context)
  return await loadTextGenerator(name, {
    ...{ storage, compute, tokenizer, signal: context.signal },
    cacheDir: cacheDirectory(context.env),
    onProgress: ({ stage, done, total }) => {
      if (stage === 'weights') progress.update(done, total)
    },
  })
}
