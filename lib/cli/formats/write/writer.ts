import type { Space } from '../../../core/space.ts'
import type { CliContext } from '../../context.ts'

/** Some lines, in order, and their vectors one after another. */
export interface VectorBatch {
  readonly indices: readonly number[]
  readonly texts: readonly string[]
  readonly vectors: Float32Array
}

/** Writes batches in one file format. */
export interface VectorWriter {
  write(batch: VectorBatch): Promise<void>
  /** Completes the output; an output file appears now. */
  finish(): Promise<void>
  /** Removes what is incomplete. Does nothing after `finish`. */
  discard(): Promise<void>
}

/** Where vectors go, and what they are. */
export interface VectorTarget {
  /** The file, or standard output for undefined and '-'. */
  readonly path: string | undefined
  readonly space: Space
  readonly dims: number
  readonly context: CliContext
}
