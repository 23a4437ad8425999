import type { ConceptEncoder } from '../concepts/encoder.ts'
import type { BindingSpec } from '../graph/trace.ts'
import type { InverterConfig } from '../models/inverter/config.ts'
import { textInputs } from '../models/inverter/forward.ts'
import { packTexts } from '../models/inverter/inputs.ts'
import { type RandomNumbers, randomNumbers, sampleWithout } from '../ops/random_numbers.ts'
import { badArgument, check } from '../runtime/errors.ts'
import type { UnigramTokenizer } from '../text/unigram.ts'
import type { TrainBatch } from './task.ts'
import { pieceOf, type TextPiece } from './text_pieces.ts'

/** Batch b draws its pieces from stream PIECES + b; epochs have the streams below. */
const PIECES = 2 ** 31

export interface InverterBatchOptions {
  /** Texts of a batch. */
  readonly texts: number
  /** How often a text that would fit is cut, 0 … 1: see pieceOf. */
  readonly cut: number
  /** How often a text comes without its vector, 0 … 1: the decoder learns the language alone. */
  readonly withoutVector: number
  readonly seed: number
}

/** Batches of texts and their vectors, encoded as they are needed. */
export interface InverterBatches {
  readonly inputs: Readonly<Record<string, BindingSpec>>
  readonly perEpoch: number
  batch(number: number): Promise<TrainBatch>
}

/**
 * Inputs of a batch: a run scalar `seed` of its own, those of inverterForward, and
 *   targets i32 [rows]: the token after each; lossWeights f32 [rows]: 1 / count each;
 *   kept f32 [texts, 1]: 0 for a text that comes without its vector, else 1.
 */
export function inverterBatches(
  config: InverterConfig,
  texts: readonly string[],
  encoder: ConceptEncoder,
  tokenizer: UnigramTokenizer,
  options: InverterBatchOptions,
): InverterBatches {
  const { texts: size, cut, withoutVector, seed } = options
  check(texts.length >= size, 'batch.texts', size, `at most ${texts.length}, the texts to train on`)
  const perEpoch = Math.floor(texts.length / size)
  const capacity = { rows: size * (config.capacityTokens + 1), texts: size }
  let known: { readonly epoch: number; readonly order: Int32Array } | null = null
  const orderOf = (epoch: number): Int32Array => {
    if (known?.epoch !== epoch)
      known = { epoch, order: sampleWithout(randomNumbers(seed, epoch), texts.length, texts.length) }
    return known.order
  }
  const draw = (order: Int32Array, first: number, numbers: RandomNumbers): TextPiece[] => {
    const pieces: TextPiece[] = []
    const pieceOptions = { capacity: config.capacityTokens, cut }
    for (let i = 0; pieces.length < size; i++) {
      if (i >= texts.length)
        throw badArgument('documents', 'no usable text', 'texts that the tokenizer knows')
      // Texts that cannot be used give their place to the next ones.
      const text = texts[order[(first + i) % texts.length]!]!
      const piece = pieceOf(text, tokenizer, numbers, pieceOptions)
      if (piece) pieces.push(piece)
    }
    return pieces
  }
  return {
    perEpoch,
    inputs: {
      ...textInputs(config, capacity),
      targets: { kind: 'input', dtype: 'i32', shape: [capacity.rows], live: 'rows' },
      lossWeights: { kind: 'input', dtype: 'f32', shape: [capacity.rows], live: 'rows' },
      kept: { kind: 'input', dtype: 'f32', shape: [size, 1] },
    },
    batch: async (number) => {
      const numbers = randomNumbers(seed, PIECES + number)
      const first = (number % perEpoch) * size
      const pieces = draw(orderOf(Math.floor(number / perEpoch)), first, numbers)
      const kept = Float32Array.from(pieces, () => (numbers.next() < withoutVector ? 0 : 1))
      const { vectors } = await encoder.encode(pieces.map(({ text }) => text))
      const packed = packTexts(
        config,
        capacity,
        pieces.map(({ ids }) => ids),
      )
      const { rows } = packed.scalars
      return {
        inputs: {
          ...packed.inputs,
          vectors: vectors.toFloat32Array(),
          kept,
          lossWeights: new Float32Array(rows).fill(1 / rows),
        },
        scalars: { ...packed.scalars, seed: numbers.below(2 ** 32) },
        count: rows,
      }
    },
  }
}
