import type { Resource } from './disposable.ts'
import type { Space } from './space.ts'

/** What all models have: encoders, predictors and inverters. */
export interface Model extends Resource {
  readonly name: string
  /** The embedding space of its vectors, and their length. */
  readonly space: Space
  readonly dims: number
  /** Another one wherever the same input may get another result: the key of what is made from a model's results. */
  readonly fingerprint: string
}
