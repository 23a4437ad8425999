import { check } from '../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../core/options.ts'
import { checkRunOptions } from '../core/run_options.ts'

/** How models are loaded. */
export interface LoadOptions {
  /** Where converted bundles are kept, and which files were found right; the user's cache directory when left out. */
  readonly cacheDir?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export const LOAD_OPTIONS = { cacheDir: true, signal: true } as const satisfies OptionNames<LoadOptions>

/** Throws VmmError BAD_ARGUMENT for an option that does not exist, a folder that is no path, or a signal that is none. */
export function checkLoadOptions<O extends LoadOptions>(options: O, names: OptionNames<O>): void {
  refuseUnknown(options, names)
  const { cacheDir, signal } = options
  const isPath = cacheDir === undefined || (typeof cacheDir === 'string' && cacheDir !== '')
  check(isPath, 'cacheDir', cacheDir, 'the path of a folder')
  checkRunOptions({ signal })
}
