import type { Encoder } from '../../../core/encoder.ts'
import { dot } from '../../../core/rows.ts'
import type { RunOptions } from '../../../core/run_options.ts'
import { alike, type PlacedVector } from '../likeness.ts'
import type { InverterNetwork } from '../network.ts'

/** A text and where it lies. */
export interface JudgedText {
  readonly text: string
  readonly tokens: readonly number[]
  /** Its embedding, of unit length; shared memory. */
  readonly embedding: Float32Array
  /** To the vector that it was written for, -1 … 1. */
  readonly cosine: number
  /** The same where sentences spread alike in all directions: see Likeness. */
  readonly whitened: number
  readonly placed: PlacedVector
}

/** A vector [dims] of unit length, and where it lies. */
export interface Target {
  readonly vector: Float32Array
  readonly placed: PlacedVector
}

/** Encodes texts of several vectors, and compares each with its own. */
export async function judgeTexts(
  { tokens: { pieces }, likeness }: InverterNetwork,
  encoder: Encoder,
  targets: readonly Target[],
  texts: readonly (readonly (readonly number[])[])[],
  { signal, threads, device }: RunOptions,
): Promise<JudgedText[][]> {
  const run = { signal, threads, device }
  const written = texts.map((some) => some.map((tokens) => ({ tokens, text: pieces.text(tokens) })))
  const flat = written.flat()
  if (flat.length === 0) return texts.map(() => [])
  const { vectors: encoded } = await encoder.encode(
    flat.map(({ text }) => text),
    run,
  )
  const embeddings = [...encoded]
  const places = await likeness.place(embeddings, run)
  let at = 0
  return written.map((some, i) =>
    some.map(({ tokens, text }) => {
      const [embedding, placed] = [embeddings[at]!, places[at++]!]
      const { vector, placed: wanted } = targets[i]!
      const cosine = Math.min(1, dot(embedding, vector))
      return { text, tokens, embedding, cosine, whitened: Math.min(1, alike(placed, wanted)), placed }
    }),
  )
}
