import type { Encoder } from '../../../core/encoder.ts'
import type { RunOptions } from '../../../core/run_options.ts'
import type { Pieces } from '../../../core/tokenizer.ts'

/** A text and where it lies. */
export interface JudgedText {
  readonly text: string
  readonly tokens: readonly number[]
  /** Its embedding, of unit length; shared memory. */
  readonly embedding: Float32Array
  /** To the vector that it was written for, -1 … 1. */
  readonly cosine: number
}

/** Encodes texts of several vectors [dims] of unit length, and compares each with its own. */
export async function judgeTexts(
  encoder: Encoder,
  pieces: Pieces,
  vectors: readonly Float32Array[],
  texts: readonly (readonly (readonly number[])[])[],
  { signal, threads, device }: RunOptions,
): Promise<JudgedText[][]> {
  const written = texts.map((some) => some.map((tokens) => ({ tokens, text: pieces.text(tokens) })))
  const flat = written.flat()
  if (flat.length === 0) return texts.map(() => [])
  const { vectors: encoded } = await encoder.encode(
    flat.map(({ text }) => text),
    { signal, threads, device },
  )
  const all = encoded.toFloat32Array()
  let at = 0
  return written.map((some, i) =>
    some.map(({ tokens, text }) => {
      const embedding = all.subarray(at * encoder.dims, ++at * encoder.dims)
      return { text, tokens, embedding, cosine: Math.min(1, dot(embedding, vectors[i]!)) }
    }),
  )
}

/** Σ a · b of rows of equal length. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
