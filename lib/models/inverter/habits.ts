import type { Tokens } from '../../core/tokenizer.ts'
import { type Constraints, createConstraints } from '../constraints/constraints.ts'
import type { ConstraintOptions } from '../constraints/strings.ts'

/** What a decoder writes: Tokens, or those of a published tokenizer, which no bundle has. */
export type WrittenTokens = Omit<Tokens, 'about'> & {
  readonly about: Pick<Tokens['about'], 'reserved'>
}

/** How a text begins with a decoder that was trained on texts with nothing before their first token. */
export interface Opening {
  /** The token that is asked what comes first. No other token looks back at it. */
  readonly asked: number
  /** The first token of a text for one that was told: without its space, for instance. */
  first(told: number): number
  /** What must be told for a first token. */
  told(first: number): number
}

/** How texts are searched with a decoder. */
export interface DecoderHabits {
  /** Null for a decoder whose texts begin behind `start`. */
  readonly opening: Opening | null
  /** Whether a text may end here, for a decoder that was never taught to end; null for one that says so itself. */
  readonly isWhole: ((tokens: readonly number[]) => boolean) | null
  /** Whether a text is the likeliest token each time, whatever beam is asked for. */
  readonly isGreedy: boolean
  /** The surrogate is asked after every so many tokens. */
  readonly rescoreEvery: number
  /** See createConstraints. */
  constrain(options: ConstraintOptions, maxTokens: number): Constraints
}

/** The habits of this package's decoders. */
export function ownHabits({ pieces, tokenizer }: Pick<Tokens, 'pieces' | 'tokenizer'>): DecoderHabits {
  return {
    opening: null,
    isWhole: null,
    isGreedy: false,
    rescoreEvery: 2,
    constrain: (options, maxTokens) => createConstraints(options, pieces, tokenizer, maxTokens),
  }
}
