/** How models are loaded. */
export interface LoadOptions {
  /** Where converted bundles are kept, and which files were found right; the user's cache directory when left out. */
  readonly cacheDir?: string | undefined
  readonly signal?: AbortSignal | undefined
}
