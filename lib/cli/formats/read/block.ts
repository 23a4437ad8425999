import type { Readable } from 'node:stream'
import { VmmError } from '../../../core/errors.ts'
import type { Space } from '../../../core/space.ts'
import type { Vectors } from '../../../core/vectors.ts'

/** Some vectors, in order. */
export interface VectorBlock {
  readonly vectors: Vectors
  /** What each is said to be the vector of, where the input says it. */
  readonly texts: readonly (string | null)[]
  /** Vectors of the whole input, where that is known. */
  readonly total?: number
}

/** Where vectors come from, and what they must be. */
export interface VectorInput {
  readonly input: Readable
  /** The file, unless it is standard input. */
  readonly path?: string | undefined
  /** For messages. */
  readonly name: string
  readonly space: Space
  readonly dims: number
}

/** Vectors of a block, in formats that have none. */
export const BLOCK = 64

/** Throws unless an input has vectors of the right length. */
export function checkDims(given: number, { name, space, dims }: VectorInput): void {
  if (given !== dims)
    throw new VmmError('BAD_FILE', `${name}: vectors of ${given} numbers; those of ${space} have ${dims}`)
}
