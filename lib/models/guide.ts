import type { RunOptions } from '../core/run_options.ts'
import type { UnigramVocabulary } from '../text/tokenizers/unigram.ts'

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
  /** The tokens are those of this vocabulary. */
  readonly vocabulary: UnigramVocabulary
  /**
   * For each text [places · asked]: the embedding of a token times the gradient of the cosine at the place. A token in
   * place of another changes the cosine by the difference of the two, to first order.
   */
  lifts(texts: readonly GuidedText[], asked: number, options: RunOptions): Promise<Float32Array[]>
}
