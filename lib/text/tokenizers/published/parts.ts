/** What a text becomes before it is split. `argument` is how messages call it. */
export type Normalizer = (text: string, argument: string) => string

/** Takes a piece of a text, and whether it begins where the text does. */
export type Emit = (piece: string, atStart: boolean) => void

/** Splits a text into what the model sees as words; none is empty. */
export type PreTokenizer = (text: string, atStart: boolean, emit: Emit) => void

/** A vocabulary, and how words are made of it. */
export interface Model {
  /** Tokens by their ids; undefined where an id has none. */
  readonly tokens: readonly (string | undefined)[]
  readonly unkId: number | undefined
  idOf(token: string): number | undefined
  /** The ids of a word that is not empty. */
  encode(word: string): readonly number[]
}

/** Ids that stand before and behind those of every text. */
export interface Specials {
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** What tokens become on the way to a text; the results are joined. */
export type Decoder = (tokens: readonly string[]) => readonly string[]
