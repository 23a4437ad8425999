import { check } from '../../../core/errors.ts'
import type { OptionNames } from '../../../core/options.ts'
import { checkLoadOptions, LOAD_OPTIONS } from '../../load_options.ts'
import { checkWeightOptions, type LoadEncoderOptions } from '../../published/options.ts'

/** How a published language model is loaded. */
export type LoadTextGeneratorOptions = Pick<
  LoadEncoderOptions,
  'cacheDir' | 'signal' | 'storage' | 'compute' | 'download' | 'revision' | 'onProgress'
> & {
  /**
   * The tokenizer of a model that has none beside it: a folder, or a repository that was downloaded. Default: the model's own, and
   * for the original Mambas, which have none, that of a downloaded `state-spaces/mamba-…-hf` or `EleutherAI/gpt-neox-20b`.
   */
  readonly tokenizer?: string | undefined
}

const OPTIONS = {
  ...LOAD_OPTIONS,
  tokenizer: true,
  storage: true,
  compute: true,
  download: true,
  revision: true,
  onProgress: true,
} as const satisfies OptionNames<LoadTextGeneratorOptions>

/** Throws VmmError BAD_ARGUMENT naming the option that is wrong or does not exist. */
export function checkLoadTextGeneratorOptions(options: LoadTextGeneratorOptions): void {
  checkLoadOptions(options, OPTIONS)
  checkWeightOptions(options)
  const { tokenizer } = options
  const isName = tokenizer === undefined || (typeof tokenizer === 'string' && tokenizer !== '')
  check(isName, 'tokenizer', tokenizer, 'a folder or a repository')
}
