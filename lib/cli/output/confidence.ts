/**
 * A text is shown as what a vector says from this cosine of its own vector on. Among sentences of 20 tokens those with two
 * wrong ones are at .91, with four at .80; below, the text says something else.
 */
export const CONFIDENT = 0.8

export const isConfident = (cosine: number): boolean => cosine >= CONFIDENT

/**
 * A sentence that was written for a predicted vector is shown from this fit on: half of the sentences that really come
 * next have less.
 */
export const FITTING = 0.22

export const isFitting = (fit: number): boolean => fit >= FITTING
