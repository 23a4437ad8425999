import type { OptionNames } from '../../../core/options.ts'
import { checkLoadOptions, LOAD_OPTIONS } from '../../load_options.ts'
import { checkWeightOptions, type LoadEncoderOptions } from '../../published/options.ts'

/** How a published language model is loaded. */
export type LoadTextGeneratorOptions = Pick<
  LoadEncoderOptions,
  'cacheDir' | 'signal' | 'storage' | 'compute' | 'download' | 'revision' | 'onProgress'
>

const OPTIONS = {
  ...LOAD_OPTIONS,
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
}
