import type { Steps } from '../steps.ts'

/**
 * What a text becomes before it is split. `argument` is how messages call it.
 *
 * In steps, here and below, the same comes out: `units` is how many UTF-16 units are read between two of them.
 */
export interface Normalizer {
  whole(text: string, argument: string): string
  inSteps(text: string, argument: string, units: number): Steps<string>
}

/** Takes a piece of a text, and whether it begins where the text does. */
export type Emit = (piece: string, atStart: boolean) => void

/** Takes pieces of a text that is split in steps: those that are read at once, and longer ones. */
export interface PieceSink {
  readonly short: Emit
  long(piece: string, atStart: boolean): Steps<void>
}

/** Splits a text into what the model sees as words; none is empty. */
export interface PreTokenizer {
  whole(text: string, atStart: boolean, emit: Emit): void
  inSteps(text: string, atStart: boolean, sink: PieceSink, units: number): Steps<void>
}

/** A vocabulary, and how words are made of it. */
export interface Model {
  /** Tokens by their ids; undefined where an id has none. */
  readonly tokens: readonly (string | undefined)[]
  readonly unkId: number | undefined
  idOf(token: string): number | undefined
  /** The ids of a word that is not empty. */
  encode(word: string): readonly number[]
  encodeInSteps(word: string, units: number): Steps<readonly number[]>
}

/** Ids that stand before and behind those of every text. */
export interface Specials {
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** What tokens become on the way to a text; the results are joined. */
export type Decoder = (tokens: readonly string[]) => readonly string[]
