import { check } from '../../core/errors.ts'
import type { OptionNames } from '../../core/options.ts'
import { checkLoadOptions, LOAD_OPTIONS, type LoadOptions } from '../load_options.ts'
import type { LoadProgress } from './progress.ts'
import type { Prompt } from './prompt.ts'
import { STORAGES, type Storage } from './weights.ts'

/** How published encoders are loaded; all but those of LoadOptions are for them alone. */
export interface LoadEncoderOptions extends LoadOptions {
  /** Length of the vectors, where a model has several heads; that of its own head when left out. */
  readonly dims?: number | undefined
  /**
   * Whether `dims` may be fewer than the model's own head gives: the first ones are kept. For models that were trained so
   * (Matryoshka embeddings). Default false.
   */
  readonly truncate?: boolean | undefined
  /**
   * What stands before each text: the name of one of the model's prompts, or { text }. The model's default prompt when
   * left out, which few have; else nothing.
   */
  readonly prompt?: Prompt | undefined
  /** Tokens of a text that are read, special ones included; as the model's files say when left out. */
  readonly maxTokens?: number | undefined
  /** Whether vectors get unit length. Default true, also where the model's files do not ask for it; false without the head. */
  readonly normalise?: boolean | undefined
  /** false: the pooled rows of the transformer itself, without Dense modules, as vec2text reads gtr-t5-base. Default true. */
  readonly head?: boolean | undefined
  /** The type in which matrices are kept and multiplied; as they are stored when left out. */
  readonly storage?: Storage | undefined
  /**
   * What is multiplied: `bf16` rounds what goes into the products of matrices that are stored as bf16, and is faster on
   * processors that have such products. Default f32.
   */
  readonly compute?: 'f32' | 'bf16' | undefined
  /** Whether a repository that is not there is downloaded. Default false. */
  readonly download?: boolean | undefined
  /** A branch, a tag or a commit of a repository. Default: main. */
  readonly revision?: string | undefined
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined
}

const LOAD_ENCODER_OPTIONS = {
  ...LOAD_OPTIONS,
  dims: true,
  truncate: true,
  prompt: true,
  maxTokens: true,
  normalise: true,
  head: true,
  storage: true,
  compute: true,
  download: true,
  revision: true,
  onProgress: true,
} as const satisfies OptionNames<LoadEncoderOptions>

/** Throws VmmError BAD_ARGUMENT naming the option that is wrong or does not exist. */
export function checkLoadEncoderOptions(options: LoadEncoderOptions): void {
  checkLoadOptions(options, LOAD_ENCODER_OPTIONS)
  const { dims, truncate, maxTokens, normalise, head } = options
  for (const [name, value] of Object.entries({ dims, maxTokens })) {
    const isCount = value === undefined || (Number.isSafeInteger(value) && value > 0)
    check(isCount, name, value, 'a whole number from 1 on')
  }
  for (const [name, value] of Object.entries({ truncate, normalise, head })) checkFlag(name, value)
  checkWeightOptions(options)
}

function checkFlag(name: string, value: unknown): void {
  check(value === undefined || typeof value === 'boolean', name, value, 'true or false')
}

/** Throws VmmError BAD_ARGUMENT naming an option of those that all published models have. */
export function checkWeightOptions({
  storage,
  compute,
  download,
}: Pick<LoadEncoderOptions, 'storage' | 'compute' | 'download'>): void {
  checkFlag('download', download)
  const isStorage = storage === undefined || STORAGES.includes(storage)
  check(isStorage, 'storage', storage, STORAGES.join(', '))
  check(compute === undefined || compute === 'f32' || compute === 'bf16', 'compute', compute, 'f32, bf16')
}

/** Those that ask for nothing of a bundle that it could not give. */
const HARMLESS = ['download', 'onProgress']

/** Throws VmmError BAD_ARGUMENT for an option that only published models have. */
export function refusePublishedOptions(options: LoadEncoderOptions, folder: string): void {
  for (const name of Object.keys(LOAD_ENCODER_OPTIONS))
    if (!Object.hasOwn(LOAD_OPTIONS, name) && !HARMLESS.includes(name)) {
      const value = options[name as keyof LoadEncoderOptions]
      const allowed = `nothing: ${folder} is a bundle, whose vectors are of one kind`
      check(value === undefined, name, value, allowed)
    }
}
