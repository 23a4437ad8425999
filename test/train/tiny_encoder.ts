import type { ConceptEncoder, EncodeOptions } from '../../lib/concepts/encoder.ts'
import { noise } from './tiny_data.ts'

/** A stand-in for a model: a unit vector that the text's characters choose. */
export function tinyVector(text: string, dims: number): Float32Array {
  let stream = 17
  for (const character of text) stream = (Math.imul(stream, 31) + character.codePointAt(0)!) & 0xffffff
  const values = noise(stream, dims).map((u) => 2 * u - 1)
  const length = Math.hypot(...values)
  return Float32Array.from(values, (v) => v / length)
}

export interface TinyEncoder extends ConceptEncoder {
  /** Texts that were encoded so far. */
  readonly encoded: string[]
}

/**
 * Texts of '0' have a vector of zeros, those of 'NaN' one with a NaN; texts of more than 200 characters are too long.
 * `beforeEach` may throw, as an encoder that is cancelled does.
 */
export function tinyEncoder(dims = 8, beforeEach: (encoded: number) => void = () => {}): TinyEncoder {
  const encoded: string[] = []
  return {
    space: `tiny-${dims}`,
    dims,
    fingerprint: 'tiny-1',
    encoded,
    async encode(texts: Iterable<string>, { signal, onProgress }: EncodeOptions = {}) {
      const rows: Float32Array[] = []
      const truncated: number[] = []
      for (const text of texts) {
        beforeEach(encoded.length)
        signal?.throwIfAborted()
        encoded.push(text)
        if (text.length > 200) truncated.push(rows.length)
        const vector = tinyVector(text, dims)
        if (text === '0') vector.fill(0)
        if (text === 'NaN') vector[1] = Number.NaN
        rows.push(vector)
        onProgress?.(rows.length)
      }
      const all = new Float32Array(rows.length * dims)
      for (const [i, row] of rows.entries()) all.set(row, i * dims)
      return {
        vectors: { space: `tiny-${dims}`, dims, count: rows.length, toFloat32Array: () => all },
        truncated,
      }
    },
  }
}
