/** A text for a vector, and what speaks for it. */
export interface InvertedText {
  readonly text: string
  /** Cosine of the text's own embedding and the vector: how near its meaning is. */
  readonly cosine: number
  /**
   * The cosine of both less the mean of human sentences, in coordinates in which these spread alike in all directions: it
   * tells words apart of which the cosine sees little. The cosine itself where the inverter does not know how they spread.
   */
  readonly whitened: number
  /** Natural log of the decoder's probability of the text, its end included, given the vector. */
  readonly logProb: number
  /** The same per token, its end counted as one. */
  readonly perToken: number
  /** Mean surprise of its three least likely tokens given the vector, in nats. */
  readonly worst: number
  /**
   * whitened + 0.08 · perToken - 0.04 · max(0, worst - 7): near alone may be word salad, likely alone may be another
   * sentence. A quarter of these weights where `whitened` is the cosine.
   */
  readonly score: number
  /** The cosine as the surrogate guesses it; null without one. */
  readonly surrogate: number | null
  /** Whether the text ended by itself, before its tokens ran out. */
  readonly stopped: boolean
}

/** What was found for a vector. */
export interface Inversion {
  /** The text with the highest score; null where it is less near than `minCosine`. */
  readonly best: InvertedText | null
  /**
   * Of the texts that might have been the best one, the one with the highest cosine, and the one with the highest perToken;
   * null where no text keeps the rules.
   */
  readonly nearest: InvertedText | null
  readonly likeliest: InvertedText | null
  /** As many as were asked for, where there are so many: first those that reach `minCosine`, the highest score first. */
  readonly candidates: readonly InvertedText[]
  /** Texts that were encoded. */
  readonly calls: number
  /** The first candidate's cosine after so many of them. */
  readonly curve: readonly { readonly calls: number; readonly cosine: number }[]
}

/** How far the inversion of a vector is, told while it is under way: a point of `curve`, and its text. */
export interface InversionStep {
  /** Of the vector, among all that are inverted. */
  readonly index: number
  /** Texts that were encoded for it. */
  readonly calls: number
  /** What would be the first candidate if it ended here, and its cosine. */
  readonly text: string
  readonly cosine: number
}

/** What the text of a vector has, as a network guesses it: probabilities, 0 … 1. */
export interface TextPlan {
  readonly url: number
  /** A stock ticker, such as $ABC. */
  readonly ticker: number
  /** An address of a blockchain. */
  readonly address: number
  readonly number: number
}

/** A text that was drawn without a vector. */
export type SampledText = Pick<InvertedText, 'text' | 'stopped'>
