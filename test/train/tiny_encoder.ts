import { realTokens } from '../support/real_tokens.ts'
import { type RecordingEncoder, standInEncoder } from '../support/stand_in_encoder.ts'
import { noise } from './tiny_data.ts'

/** A stand-in for a model: a unit vector that the text's characters choose. */
export function tinyVector(text: string, dims: number): Float32Array {
  let stream = 17
  for (const character of text) stream = (Math.imul(stream, 31) + character.codePointAt(0)!) & 0xffffff
  const values = noise(stream, dims).map((u) => 2 * u - 1)
  const length = Math.hypot(...values)
  return Float32Array.from(values, (v) => v / length)
}

export type TinyEncoder = RecordingEncoder

/**
 * Texts of '0' have a vector of zeros, those of 'NaN' one with a NaN; texts of more than 200 characters are too long.
 * `beforeEach` may throw, as an encoder that is cancelled does.
 */
export function tinyEncoder(dims = 8, beforeEach?: (encoded: number) => void): TinyEncoder {
  return standInEncoder(
    {
      name: 'tiny',
      space: `tiny-${dims}`,
      dims,
      fingerprint: 'tiny-1',
      capacityTokens: 64,
      tokens: realTokens,
      vectorOf: (text) => {
        const vector = tinyVector(text, dims)
        if (text === '0') vector.fill(0)
        if (text === 'NaN') vector[1] = Number.NaN
        return vector
      },
      isLong: (text) => text.length > 200,
    },
    beforeEach,
  )
}
