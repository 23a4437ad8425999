import type { Tokens } from '../../core/tokenizer.ts'
import { loadEncoder } from '../encoder/load.ts'

export type { Tokens }

/** The tokens of the default encoder. */
export async function useLiteTokens(
  options: { readonly cacheDir?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<Tokens> {
  const encoder = await loadEncoder(undefined, options)
  encoder.dispose()
  return encoder.tokens!
}
