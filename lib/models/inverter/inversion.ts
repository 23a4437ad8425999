/** A text for a vector, and what speaks for it. */
export interface InvertedText {
  readonly text: string
  /** Cosine of the text's own embedding and the vector: what counts. */
  readonly cosine: number
  /** Natural log of the decoder's probability of the text, its end included, given the vector. */
  readonly logProb: number
  /** The cosine as the surrogate guesses it; null without one. */
  readonly surrogate: number | null
  /** Whether the text ended by itself, before its tokens ran out. */
  readonly stopped: boolean
}

/** What was found for a vector. */
export interface Inversion {
  /** The first candidate; null where none reaches `minCosine`. */
  readonly best: InvertedText | null
  /**
   * As many as were asked for, where there are so many; nearest first. After refinement likelier language makes up for
   * a little of the cosine, but the first one is never less near than what refinement began with.
   */
  readonly candidates: readonly InvertedText[]
  /** Texts that were encoded. */
  readonly calls: number
  /** The first candidate's cosine after so many of them. */
  readonly curve: readonly { readonly calls: number; readonly cosine: number }[]
}

/** A text that was drawn without a vector. */
export type SampledText = Pick<InvertedText, 'text' | 'stopped'>
