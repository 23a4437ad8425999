import type { CallOptions } from '../../core/run_options.ts'
import type { TokenGuide } from '../guide.ts'

/** What an inverter needs of the encoder that judges its texts. */
export interface GuidedEncoder {
  readonly space: string
  readonly dims: number
  /** Vectors of unit length, row after row. */
  encode(
    texts: Iterable<string>,
    options?: CallOptions,
  ): Promise<{ readonly vectors: { toFloat32Array(): Float32Array } }>
  /** What tells which tokens bring a text nearer to a vector; used where it reads the inverter's own tokens. */
  readonly guide?: TokenGuide | undefined
}
