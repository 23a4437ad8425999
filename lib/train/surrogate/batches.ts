import type { Encoder } from '../../core/encoder.ts'
import type { Tokens } from '../../core/tokenizer.ts'
import type { PieceBatches } from '../../data/piece_batches.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import { type SurrogateConfig, surrogateInputs } from '../../models/inverter/surrogate/forward.ts'
import { randomNumbers } from '../../ops/random_numbers.ts'
import { packTokens } from '../../text/packed_tokens.ts'
import type { TrainBatch } from '../core/task.ts'
import type { SurrogateTraining } from './config.ts'

/** Draws texts for vectors [n · dims]: some token lists per vector. */
export type DrawTexts = (
  vectors: readonly Float32Array[],
  seed: number,
) => Promise<(readonly (readonly number[])[])[]>

/** Batches of a decoder's own texts, whole or cut, and what the encoder says of them. */
export interface SurrogateBatches {
  readonly inputs: Readonly<Record<string, BindingSpec>>
  batch(number: number): Promise<TrainBatch>
}

/** Cuts are drawn from stream CUTS + batch. */
const CUTS = 3 * 2 ** 30

/**
 * Inputs of a batch: those of surrogateForward, and embeddings f32 [texts, dims], of the texts by the encoder. Beside the
 * texts that are drawn there is the one that each vector comes from.
 */
export function surrogateBatches(
  config: SurrogateConfig,
  pieces: PieceBatches,
  draw: DrawTexts,
  encoder: Encoder,
  tokens: Tokens,
  options: SurrogateTraining['batch'] & { readonly seed: number },
): SurrogateBatches {
  const { vectors: size, samples, reuse, cut, seed } = options
  const { dims, capacityTokens } = config
  const texts = size * (samples + 1)
  const capacity = { rows: texts * capacityTokens, texts }
  const rowsOf = async (some: readonly string[]): Promise<Float32Array[]> => {
    const all = (await encoder.encode(some)).vectors.toFloat32Array()
    return some.map((_, i) => all.subarray(i * dims, (i + 1) * dims))
  }
  const drawn = async (number: number) => {
    const { pieces: own, numbers } = pieces.batch(number)
    const vectors = await rowsOf(own.map(({ text }) => text))
    const written = await draw(vectors, numbers.below(2 ** 32))
    return own.flatMap(({ ids }, i) =>
      [[...ids], ...written[i]!].map((text) => ({ tokens: text, vector: vectors[i]! })),
    )
  }
  let known: { readonly number: number; readonly all: ReturnType<typeof drawn> } | null = null
  return {
    inputs: {
      ...surrogateInputs(config, capacity),
      embeddings: { kind: 'input', dtype: 'f32', shape: [texts, dims] },
    },
    batch: async (number) => {
      const source = Math.floor(number / reuse)
      if (known?.number !== source) known = { number: source, all: drawn(source) }
      const { all } = known
      const written = await all.catch((error: unknown) => {
        // The next time it may be drawn.
        if (known?.all === all) known = null
        throw error
      })
      const numbers = randomNumbers(seed, CUTS + number)
      const some = written.map(({ tokens: whole, vector }) => {
        const shorter = numbers.next() < cut ? 1 + numbers.below(whole.length) : whole.length
        return { tokens: whole.slice(0, shorter), vector }
      })
      const { rows: packed, ...inputs } = packTokens(
        some.map(({ tokens: own }) => own),
        texts,
      )
      const vectors = new Float32Array(texts * dims)
      const embeddings = new Float32Array(texts * dims)
      const rows = await rowsOf(some.map(({ tokens: own }) => tokens.pieces.text(own)))
      for (const [i, { vector }] of some.entries()) {
        vectors.set(vector, i * dims)
        embeddings.set(rows[i]!, i * dims)
      }
      return { inputs: { ...inputs, vectors, embeddings }, scalars: { rows: packed }, count: texts }
    },
  }
}
