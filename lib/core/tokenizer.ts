/** Token ids of a batch, packed one after another: text i owns `ids[offsets[i] .. offsets[i + 1]]`. */
export interface TokenBatch {
  /** i32 [offsets[n]]. */
  readonly ids: Int32Array
  /** i32 [n + 1], ascending, starts at 0. */
  readonly offsets: Int32Array
  /** i32 [n]: tokens of each text before it was cut to the capacity. */
  readonly counts: Int32Array
}

/** Turns texts into token ids. */
export interface Tokenizer {
  /** Number of ids, reserved ones included. */
  readonly size: number
  /** All token ids of a text, i32 [tokens]; empty for the empty string. Throws VmmError BAD_ARGUMENT for one too long. */
  encode(text: string): Int32Array
  /**
   * Packed token ids of many texts; each text keeps at most its first `capacity` tokens.
   *
   * @param first what the first text is called in messages, where these are a part of more
   * @throws VmmError BAD_ARGUMENT for what is no text, or one too long
   */
  encodeBatch(texts: readonly string[], capacity?: number, first?: number): TokenBatch
  /**
   * The same in steps, between which other work may have its turn; calls may be interleaved. A step yields how many
   * UTF-16 units, or what costs as much, it has read.
   *
   * @param units how many a step reads at most; a word that nothing divides may take more
   */
  encodeBatchSteps(
    texts: readonly string[],
    capacity?: number,
    first?: number,
    units?: number,
  ): Generator<number, TokenBatch, undefined>
}

/** What the token ids of a vocabulary spell. */
export interface Pieces {
  /** Number of ids, reserved ones included. */
  readonly size: number
  /**
   * The text of token ids: their pieces joined, less one space at the very start, which the tokenizer puts there.
   * `text(tokenizer.encode(t))` is `t.normalize('NFKC')` to the last space where the vocabulary has all characters
   * of t, save that "▁" itself reads as a space. Reserved ids, the unknown token 0 among them, add nothing.
   *
   * @throws VmmError BAD_ARGUMENT for an id that the vocabulary does not have
   */
  text(ids: ArrayLike<number>): string
  /**
   * The characters that a token adds, with a space for "▁"; '' for reserved ids.
   *
   * @throws VmmError BAD_ARGUMENT for an id that the vocabulary does not have
   */
  piece(id: number): string
  /** The token that adds just these characters; of two equal pieces the later, which is the tokenizer's choice. */
  find(spelled: string): number | undefined
  /**
   * Pairs of characters that pieces can spell side by side and NFKC would make one, such as "e" and U+0301.
   *
   * @throws VmmError UNSUPPORTED where the vocabulary has so many characters that looking for them would take minutes
   */
  readonly composable: readonly string[]
}

/** Where a bundle's tokens come from, as its manifest says it. */
export interface TokenizerAbout {
  readonly kind: 'unigram'
  /** The file of the bundle that has the vocabulary. */
  readonly file: string
  /** Ids below it are control symbols, which no text has. */
  readonly reserved: number
  /** Control symbols that a decoder begins and ends a text with. */
  readonly start: number
  readonly end: number
}

/** The tokens of a model: from text to ids, and back. */
export interface Tokens {
  readonly about: TokenizerAbout
  readonly tokenizer: Tokenizer
  readonly pieces: Pieces
  /** What the file of `about` holds. */
  readonly content: string
}
