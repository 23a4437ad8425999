import type { RunOptions } from '../core/run_options.ts'

/** What a text is judged with. */
export interface JudgeOptions extends RunOptions {
  /** The sentences before each text, in order. */
  readonly before?: readonly (readonly string[])[] | undefined
}

/** A model of the language that judges texts, and has nothing to do with those that wrote them. */
export interface TextJudge {
  /** The mean negative log-likelihood of a token of each text, its end included, in nats. */
  nlls(texts: readonly string[], options: JudgeOptions): Promise<readonly number[]>
}
