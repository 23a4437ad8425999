import type { DeviceName } from '../core/run_options.ts'
import type { Space } from '../core/space.ts'

export interface EncodeOptions {
  readonly signal?: AbortSignal | undefined
  readonly threads?: number | undefined
  readonly device?: DeviceName | undefined
  /** Called as texts are done. */
  readonly onProgress?: ((done: number) => void) | undefined
}

/** Vectors of one space, row after row. */
export interface VectorRows {
  readonly space: Space
  readonly dims: number
  readonly count: number
  toFloat32Array(): Float32Array
}

/** What an index of concepts needs of a model. */
export interface ConceptEncoder {
  readonly space: Space
  readonly dims: number
  /** Another one wherever the same text may get another vector; the hash of the weights, for instance. */
  readonly fingerprint: string
  /** `truncated` are the indices of texts that are longer than the model reads. */
  encode(
    texts: Iterable<string>,
    options?: EncodeOptions,
  ): Promise<{ readonly vectors: VectorRows; readonly truncated: readonly number[] }>
}
