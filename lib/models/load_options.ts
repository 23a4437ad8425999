import type { OptionNames } from '../core/options.ts'

/** How models are loaded. */
export interface LoadOptions {
  /** Where converted bundles are kept, and which files were found right; the user's cache directory when left out. */
  readonly cacheDir?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export const LOAD_OPTIONS = { cacheDir: true, signal: true } as const satisfies OptionNames<LoadOptions>
