import type { LanguageConfig } from '../families/define.ts'

/** What a text is written after. */
export interface Prompt {
  /** Tokens that the text follows. */
  readonly tokens: readonly number[]
  /** What the encoder reads; null for a model that has none. */
  readonly encoded: ArrayLike<number> | null
  /** Tokens that tell how the first one of the text is spaced. */
  readonly before: readonly number[]
}

/** Tokens that may follow a prompt, of at most `maxTokens`. */
export function tokensAfter(
  { tokens }: Prompt,
  { contextTokens }: Pick<LanguageConfig, 'contextTokens'>,
  maxTokens: number,
): number {
  return contextTokens === null ? maxTokens : Math.min(maxTokens, contextTokens - tokens.length)
}
