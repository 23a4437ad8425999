import { check } from '../../core/errors.ts'
import type { OptionNames } from '../../core/options.ts'

/** How a checkpoint of Aparecium v2 is loaded; for those alone. */
export interface ApareciumOptions {
  /**
   * A folder with GPT-2's tokenizer: tokenizer.json, or vocab.json and merges.txt. When left out, the checkpoint's own folder,
   * else what was downloaded of openai-community/gpt2; the checkpoint itself has none.
   */
  readonly tokenizer?: string | undefined
  /**
   * The file of the surrogate, or false to do without. When left out, r_best.pt beside the checkpoint, else what is in the
   * checkpoint itself, if anything is.
   */
  readonly surrogate?: string | false | undefined
  /** Attention heads of a layer, of which checkpoints say nothing; 8 when left out. */
  readonly heads?: number | undefined
  /** Tokens of a text at most, 2 … 1024; 64 when left out, as it was trained. */
  readonly maxTokens?: number | undefined
}

export const APARECIUM_OPTIONS = {
  tokenizer: true,
  surrogate: true,
  heads: true,
  maxTokens: true,
} as const satisfies OptionNames<ApareciumOptions>

/** Tokens of a text that may be asked for. */
export const MOST_TOKENS = 1024
const MOST_HEADS = 1024

/** Completes the numbers of options. Throws VmmError BAD_ARGUMENT that names the one that is wrong. */
export function apareciumOptions({ tokenizer, surrogate, heads = 8, maxTokens = 64 }: ApareciumOptions) {
  const isPath = (path: unknown) => typeof path === 'string' && path !== ''
  check(tokenizer === undefined || isPath(tokenizer), 'tokenizer', tokenizer, 'the path of a folder')
  const isFile = surrogate === undefined || surrogate === false || isPath(surrogate)
  check(isFile, 'surrogate', surrogate, 'the path of a file, or false')
  const isWhole = (n: unknown, least: number, most: number) =>
    Number.isInteger(n) && (n as number) >= least && (n as number) <= most
  check(isWhole(heads, 1, MOST_HEADS), 'heads', heads, `a whole number from 1 to ${MOST_HEADS}`)
  check(isWhole(maxTokens, 2, MOST_TOKENS), 'maxTokens', maxTokens, `a whole number from 2 to ${MOST_TOKENS}`)
  return { tokenizer, surrogate, heads, maxTokens }
}
