import type { Encoder } from '../../core/encoder.ts'
import type { Tokenizer } from '../../core/tokenizer.ts'
import { pieceBatches } from '../../data/piece_batches.ts'
import type { TextPiece } from '../../data/text_pieces.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import type { InverterConfig } from '../../models/inverter/config.ts'
import { textInputs } from '../../models/inverter/forward.ts'
import { hypothesisInputs, packHypotheses, type WrittenText } from '../../models/inverter/hypotheses.ts'
import { noiseLevel, noiseLevels, packTexts } from '../../models/inverter/inputs.ts'
import type { RandomNumbers } from '../../ops/random_numbers.ts'
import type { TrainBatch } from '../core/task.ts'
import { blurred } from './blur.ts'

export interface InverterBatchOptions {
  /** Texts of a batch. */
  readonly texts: number
  /** How often a text that would fit is cut, 0 … 1: see pieceOf. */
  readonly cut: number
  /** How often a text comes without its vector, 0 … 1: the decoder learns the language alone. */
  readonly withoutVector: number
  readonly seed: number
  /** For a model that reads what was written before. */
  readonly write?: WriteBefore | undefined
}

/**
 * What was written before for each of some vectors, [dims] each; null for a text that comes without. Texts of a batch draw
 * from `numbers` in order.
 */
export type WriteBefore = (
  pieces: readonly TextPiece[],
  vectors: readonly Float32Array[],
  numbers: RandomNumbers,
) => Promise<readonly (WrittenText | null)[]>

/** Batches of texts and their vectors, encoded as they are needed. */
export interface InverterBatches {
  readonly inputs: Readonly<Record<string, BindingSpec>>
  readonly perEpoch: number
  batch(number: number): Promise<TrainBatch>
}

/**
 * Inputs of a batch: a run scalar `seed` of its own, those of inverterForward, and
 *   targets i32 [rows]: the token after each; lossWeights f32 [rows]: 1 / count each;
 *   kept f32 [texts, 1]: 0 for a text that comes without its vector, else 1;
 *   those of readHypotheses, with `write`.
 */
export function inverterBatches(
  config: InverterConfig,
  texts: readonly string[],
  encoder: Encoder,
  tokenizer: Tokenizer,
  options: InverterBatchOptions,
): InverterBatches {
  const { texts: size, cut, withoutVector, seed, write } = options
  const { dims, capacityTokens, noiseRange } = config
  const capacity = { rows: size * (capacityTokens + 1), texts: size }
  const pieceOptions = { size, sizeKey: 'batch.texts', seed, cut, capacity: capacityTokens }
  const drawn = pieceBatches(texts, tokenizer, pieceOptions)
  const beforeOf = async (
    write: WriteBefore,
    pieces: readonly TextPiece[],
    vectors: Float32Array,
    kept: Float32Array,
    numbers: RandomNumbers,
  ) => {
    const rows = pieces.map((_, i) => vectors.subarray(i * dims, (i + 1) * dims))
    const written = await write(pieces, rows, numbers)
    // Without its vector a text is language alone.
    return packHypotheses(
      config,
      size,
      written.map((text, i) => (kept[i] === 0 ? null : text)),
    )
  }
  return {
    perEpoch: drawn.perEpoch,
    inputs: {
      ...textInputs(config, capacity),
      targets: { kind: 'input', dtype: 'i32', shape: [capacity.rows], live: 'rows' },
      lossWeights: { kind: 'input', dtype: 'f32', shape: [capacity.rows], live: 'rows' },
      kept: { kind: 'input', dtype: 'f32', shape: [size, 1] },
      ...(write ? hypothesisInputs(config, size) : {}),
    },
    batch: async (number) => {
      const { pieces, numbers } = drawn.batch(number)
      const kept = Float32Array.from(pieces, () => (numbers.next() < withoutVector ? 0 : 1))
      const blur = noiseRange && Float32Array.from(pieces, () => noiseLength(noiseRange, numbers.next()))
      const own = (await encoder.encode(pieces.map(({ text }) => text))).vectors.toFloat32Array()
      const vectors = blur ? blurred(own, dims, blur, numbers) : own
      const packed = packTexts(
        config,
        capacity,
        pieces.map(({ ids }) => ids),
      )
      const { rows } = packed.scalars
      const before = write ? await beforeOf(write, pieces, own, kept, numbers) : null
      return {
        inputs: {
          ...packed.inputs,
          ...(before ? { ...before.inputs, kvRange: before.memoryRange } : {}),
          vectors,
          kept,
          ...noiseLevels(config, vectors, (i) => (kept[i] === 0 ? 1 : noiseLevel(noiseRange!, blur![i]!))),
          lossWeights: new Float32Array(rows).fill(1 / rows),
        },
        scalars: { ...packed.scalars, seed: numbers.below(2 ** 32) },
        count: rows,
      }
    },
  }
}

/** A length from a range by a number from 0 to 1: more than half of them are below a twentieth of the largest. */
function noiseLength([least, most]: readonly [number, number], u: number): number {
  return least * (most / least) ** (u * u)
}
