import type { CallOptions } from '../../../../core/run_options.ts'

/** A text whose next tokens are to be guessed. */
export interface Unfinished {
  /** Its place among the prompts that the draft was opened with. */
  readonly text: number
  /** Its prompt's tokens and all that was written since. */
  readonly tokens: readonly number[]
  /** Tokens to guess at most. */
  readonly most: number
}

/** What guesses how texts go on. What it guesses decides how fast they are written, never what is written. */
export interface Draft extends Disposable {
  /** Guesses, one list of tokens for each text; an empty one where it has no guess. */
  propose(texts: readonly Unfinished[], options: CallOptions): Promise<readonly (readonly number[])[]>
}
