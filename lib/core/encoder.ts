import type { Model } from './model.ts'
import type { CallOptions, RunOptions } from './run_options.ts'
import type { Tokens } from './tokenizer.ts'
import type { Vectors } from './vectors.ts'

/** One text, or some: at once, or one after another as they come. */
export type Texts = string | Iterable<string> | AsyncIterable<string>

/** Texts as token ids of a model. */
export type TokenTexts = readonly ArrayLike<number>[]

/** How texts are encoded; `signal` ends it within milliseconds, and the promise rejects with the signal's reason. */
export interface EncodeOptions extends CallOptions {
  /** Called as texts are done; `total` is known where the texts come as an array. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined
}

/** What encoding gives. */
export interface EncodeResult {
  /** One vector per text, in order. */
  readonly vectors: Vectors
  /** Indices of texts that were cut to the model's capacity in tokens. */
  readonly truncated: readonly number[]
  /**
   * i32 [count]: tokens of each text as the model reads it, after cutting, with those that stand around it and those of a
   * prompt before it; 0 where it reads none. Null where that is not known here: a service tells it of requests, not of texts.
   */
  readonly tokens: Int32Array | null
}

/** A run of consecutive vectors. */
export interface EncodedBlock {
  /** Index of the first text. */
  readonly first: number
  readonly count: number
  /** f32 [count · dims] */
  readonly data: Float32Array
  readonly truncated: readonly number[]
  /** i32 [count], or null, as encoding all at once gives them. */
  readonly tokens: Int32Array | null
}

/** A text, and the tokens that are asked about at each of its places, as many at each. */
export interface GuidedText {
  readonly tokens: ArrayLike<number>
  /** The vector that the text should have, [dims] of unit length. */
  readonly vector: Float32Array
  /** i32 [places · asked] */
  readonly asked: Int32Array
}

/** Tells without encoding which tokens would bring a text nearer to a vector. */
export interface TokenGuide {
  /**
   * For each text [places · asked]: the embedding of a token times the gradient of the cosine at the place. A token in
   * place of another changes the cosine by the difference of the two, to first order. Places beyond the model's
   * capacity change nothing. Throws VmmError BAD_ARGUMENT for tokens that the model does not have.
   */
  lifts(texts: readonly GuidedText[], asked: number, options: RunOptions): Promise<Float32Array[]>
}

/** A model that turns texts into vectors of its embedding space. */
export interface Encoder extends Model {
  /** Tokens of a text beyond this count are not read. */
  readonly capacityTokens: number
  /** What the model reads texts as; null where that is not known here, as of a service. */
  readonly tokens: Tokens | null
  /** What tells which of its tokens bring a text nearer to a vector; null where nobody can. */
  readonly guide: TokenGuide | null
  /**
   * Encodes texts; the same text gives the same bits alone or in any batch. Throws VmmError BAD_ARGUMENT for anything
   * but strings, DISPOSED, and the signal's reason.
   */
  encode(texts: Texts, options?: EncodeOptions): Promise<EncodeResult>
  /** The same, block by block in order, with bounded memory. */
  encodeBlocks(texts: Texts, options?: EncodeOptions): AsyncGenerator<EncodedBlock>
  /**
   * Encodes texts that are given as ids of `tokens`, to the bits that the texts themselves get; null where `tokens` is. Throws
   * VmmError BAD_ARGUMENT for ids that the model does not have, and as `encode` does.
   */
  readonly encodeTokens: ((texts: TokenTexts, options?: EncodeOptions) => Promise<EncodeResult>) | null
}
