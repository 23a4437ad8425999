import type { EncodeOptions, Encoder, Texts } from '../../lib/core/encoder.ts'
import { trustedVectors } from '../../lib/core/vectors.ts'

/** What of an encoder a test makes up. */
export type StandIn = Pick<Encoder, 'name' | 'space' | 'dims' | 'fingerprint' | 'capacityTokens'> &
  Partial<Pick<Encoder, 'tokens' | 'guide'>> & {
    /** The vector of a text; one that is not finite is passed on as it is. */
    readonly vectorOf: (text: string) => Float32Array
    readonly isLong: (text: string) => boolean
  }

export interface RecordingEncoder extends Encoder {
  /** Texts that were encoded so far. */
  readonly encoded: string[]
}

/** An encoder without weights. `beforeEach` is told how many texts were encoded, and may throw. */
export function standInEncoder(
  { vectorOf, isLong, ...about }: StandIn,
  beforeEach: (encoded: number) => void = () => {},
): RecordingEncoder {
  const encoded: string[] = []
  const encode = async (texts: Texts, { signal, onProgress }: EncodeOptions = {}) => {
    const rows: Float32Array[] = []
    const truncated: number[] = []
    const total = Array.isArray(texts) ? texts.length : undefined
    for await (const text of typeof texts === 'string' ? [texts] : texts) {
      beforeEach(encoded.length)
      signal?.throwIfAborted()
      encoded.push(text)
      if (isLong(text)) truncated.push(rows.length)
      rows.push(vectorOf(text))
      onProgress?.(rows.length, total)
    }
    const all = new Float32Array(rows.length * about.dims)
    for (const [i, row] of rows.entries()) all.set(row, i * about.dims)
    return { vectors: trustedVectors([all], about.dims, about.space), truncated, tokens: null }
  }
  return {
    tokens: null,
    guide: null,
    ...about,
    encoded,
    encode,
    encodeTokens: null,
    encodeBlocks: async function* (texts, options) {
      const { vectors, truncated } = await encode(texts, options)
      yield { first: 0, count: vectors.count, data: vectors.toFloat32Array(), truncated, tokens: null }
    },
    dispose: () => {},
    [Symbol.dispose]: () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}
