import { check } from '../../core/errors.ts'
import type { OptionNames } from '../../core/options.ts'
import { checkWeightOptions } from '../published/options.ts'
import type { Storage } from '../published/weights.ts'

/** How a pair of vec2text is loaded; for those alone. */
export interface Vec2TextLoadOptions {
  /** The folder or repository of the hypothesizer; that which goes with the corrector's name when left out. */
  readonly hypothesizer?: string | undefined
  /**
   * A folder or repository with T5's tokenizer. When left out that of the pair's own folders, else of t5-base or gtr-t5-base
   * where these were downloaded: its repositories have none.
   */
  readonly tokenizer?: string | undefined
  /** The type in which matrices are kept and multiplied; as they are stored when left out. */
  readonly storage?: Storage | undefined
  /** What is multiplied of matrices that are stored as bf16; see LoadEncoderOptions. Default f32. */
  readonly compute?: 'f32' | 'bf16' | undefined
  /** The `rescale` of calls that do not say theirs, as those of a pipeline: see Vec2TextOptions. Default false. */
  readonly rescale?: boolean | undefined
}

export const VEC2TEXT_OPTIONS = {
  hypothesizer: true,
  tokenizer: true,
  storage: true,
  compute: true,
  rescale: true,
} as const satisfies OptionNames<Vec2TextLoadOptions>

/** Throws VmmError BAD_ARGUMENT naming the option that is wrong. */
export function checkVec2TextOptions({
  hypothesizer,
  tokenizer,
  rescale,
  ...weights
}: Vec2TextLoadOptions): void {
  check(rescale === undefined || typeof rescale === 'boolean', 'rescale', rescale, 'true or false')
  for (const [name, value] of Object.entries({ hypothesizer, tokenizer }))
    check(
      value === undefined || (typeof value === 'string' && value !== ''),
      name,
      value,
      'a folder or a repository',
    )
  checkWeightOptions(weights)
}
