import type { Encoder } from '../../core/encoder.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { pieceBatches } from '../../data/piece_batches.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import type { Vec2TextConfig } from '../../models/vec2text/config.ts'
import {
  END,
  type EncodeCapacity,
  encodeBindings,
  PAD,
  packReadings,
  type Reading,
} from '../../models/vec2text/forward.ts'
import type { PublishedTokenizer } from '../../text/tokenizers/published/load.ts'
import type { TrainBatch } from '../core/task.ts'
import { bareTokenizer } from './tokens.ts'
import type { WriteGreedily } from './write.ts'

export interface Vec2TextBatchOptions {
  readonly encoder: Encoder
  readonly tokenizer: PublishedTokenizer
  /** Texts of a batch. */
  readonly texts: number
  /** How often a text that would fit is cut, 0 … 1: see pieceOf. */
  readonly cut: number
  readonly seed: number
  /** What a corrector reads beside the vectors; null for a hypothesizer. */
  readonly write: WriteGreedily | null
  readonly run: CallOptions
}

/** Batches of texts and their vectors, encoded as they are needed. */
export interface Vec2TextBatches {
  readonly inputs: Readonly<Record<string, BindingSpec>>
  readonly perEpoch: number
  batch(number: number): Promise<TrainBatch>
}

/** Rows of an encoder for `texts` readings at most. */
function encodeCapacity({ kind, repeats, maxTokens }: Vec2TextConfig, texts: number): EncodeCapacity {
  return { readings: texts, rows: texts * (kind === 'hypothesizer' ? repeats : 3 * repeats + 4 + maxTokens) }
}

/**
 * Bindings of a batch: those of encodeBindings, and
 *   tokens i32 [tokens]: the decoder's start and the tokens of each text; tokenOffsets i32 [texts + 1]; next i32 [tokens]: the
 *   token after each; lossWeights f32 [tokens]: 1 / count each; memory i32 [texts, 2]: the encoder's rows of each text.
 */
export function taughtInputs(config: Vec2TextConfig, texts: number): Record<string, BindingSpec> {
  const tokens = texts * config.maxTokens
  const perToken = (dtype: 'i32' | 'f32'): BindingSpec => ({
    ...{ kind: 'input', dtype, shape: [tokens], live: 'tokenRows' },
  })
  return {
    ...encodeBindings(config, encodeCapacity(config, texts)),
    ...{ tokens: perToken('i32'), next: perToken('i32'), lossWeights: perToken('f32') },
    tokenOffsets: { kind: 'input', dtype: 'i32', shape: [texts + 1] },
    memory: { kind: 'input', dtype: 'i32', shape: [texts, 2] },
  }
}

/** The inputs of taughtInputs for readings and the texts that they are to become, without their ends. */
export function packTaught(
  config: Vec2TextConfig,
  readings: readonly Reading[],
  texts: readonly ArrayLike<number>[],
): {
  readonly inputs: Readonly<Record<string, ArrayBufferView>>
  readonly scalars: Readonly<Record<string, number>> & { readonly tokenRows: number }
} {
  const read = packReadings(config, encodeCapacity(config, readings.length), readings)
  const tokens = texts.flatMap((ids) => [PAD, ...Array.from(ids)])
  const next = texts.flatMap((ids) => [...Array.from(ids), END])
  const tokenOffsets = new Int32Array(texts.length + 1)
  const memory = new Int32Array(2 * texts.length)
  let first = 0
  for (const [i, ids] of texts.entries()) {
    tokenOffsets[i + 1] = tokenOffsets[i]! + ids.length + 1
    memory.set([first, first + read.keptOf[i]!], 2 * i)
    first += read.keptOf[i]!
  }
  return {
    inputs: {
      ...read.inputs,
      ...{ tokenOffsets, memory },
      tokens: Int32Array.from(tokens),
      next: Int32Array.from(next),
      lossWeights: new Float32Array(next.length).fill(1 / next.length),
    },
    scalars: { ...read.scalars, tokenRows: tokens.length },
  }
}

/** Batches of a run, each with a run scalar `seed` of its own. Throws VmmError BAD_ARGUMENT as pieceBatches does. */
export function vec2textBatches(
  config: Vec2TextConfig,
  texts: readonly string[],
  options: Vec2TextBatchOptions,
): Vec2TextBatches {
  const { encoder, tokenizer, texts: size, cut, seed, write, run } = options
  const capacity = config.maxTokens - 1
  const drawn = pieceBatches(texts, bareTokenizer(tokenizer), {
    ...{ size, sizeKey: 'batch.texts', seed, cut, capacity },
  })
  return {
    inputs: taughtInputs(config, size),
    perEpoch: drawn.perEpoch,
    batch: async (number) => {
      const { pieces, numbers } = drawn.batch(number)
      const texts = pieces.map(({ text }) => text)
      const { vectors } = await encoder.encode(texts, run)
      const targets = Array.from(vectors, (row) => row.slice())
      const written = await write?.(texts, targets, run)
      const { inputs, scalars } = packTaught(
        config,
        targets.map((target, i) => ({ target, written: written?.[i] ?? null })),
        pieces.map(({ ids }) => ids),
      )
      return { inputs, scalars: { ...scalars, seed: numbers.below(2 ** 32) }, count: scalars.tokenRows }
    },
  }
}
