import type { Encoder } from '../core/encoder.ts'
import type { Vectors } from '../core/vectors.ts'

export type ConceptEncoder = Encoder
export type VectorRows = Vectors
