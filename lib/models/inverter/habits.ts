import type { Tokens } from '../../core/tokenizer.ts'
import { type Constraints, createConstraints } from './constraints/constraints.ts'
import type { ConstraintOptions } from './constraints/strings.ts'

/** What a decoder writes: Tokens, or those of a published tokenizer, which no bundle has. */
export type WrittenTokens = Omit<Tokens, 'about'> & {
  readonly about: Pick<Tokens['about'], 'reserved'>
}

/** How texts are searched with a decoder. */
export interface DecoderHabits {
  /**
   * Whether it was trained on texts with nothing before their first token. Then `start` is asked for that token alone, and no
   * other token looks back at it.
   */
  readonly startsApart: boolean
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
    startsApart: false,
    isWhole: null,
    isGreedy: false,
    rescoreEvery: 2,
    constrain: (options, maxTokens) => createConstraints(options, pieces, tokenizer, maxTokens),
  }
}
