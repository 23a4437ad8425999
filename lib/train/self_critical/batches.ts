import type { Encoder } from '../../core/encoder.ts'
import { pieceBatches } from '../../data/piece_batches.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import type { InverterNetwork } from '../../models/inverter/network.ts'
import { randomNumbers } from '../../ops/random_numbers.ts'
import type { TrainBatch, TrainTask } from '../core/task.ts'
import { type InverterBatches, inverterBatches } from '../inverter/batches.ts'
import { leaveOneOut, lessGreedy } from './advantages.ts'
import type { SelfCriticalTraining } from './config.ts'
import { drawnInputs, drawnTokens, packDrawn, withWeights } from './drawn.ts'
import { prefixed, TRUE_TEXTS } from './prefixes.ts'
import type { RewardTexts } from './rewards.ts'

export interface SelfCriticalBatchOptions {
  readonly batch: SelfCriticalTraining['batch']
  readonly baseline: SelfCriticalTraining['baseline']
  readonly seed: number
  /** Whether the true texts are learned from as well. */
  readonly trueTexts: boolean
  readonly reward: RewardTexts
}

/** Vectors, the texts that the decoder in training writes for them, and the true ones where they are learned from. */
export interface SelfCriticalBatches {
  readonly inputs: Readonly<Record<string, BindingSpec>>
  readonly perEpoch: number
  /** The batches of stage 1. */
  readonly trueTexts: InverterBatches | null
  /** The vectors, and the true texts. */
  readonly batch: TrainTask['batch']
  /** The texts that are drawn with some parameters. */
  readonly complete: NonNullable<TrainTask['complete']>
}

/** Texts of batch b are drawn with seeds from stream DRAWN + b. */
const DRAWN = 7 * 2 ** 29

/**
 * Inputs of a batch: those of drawnInputs; those of inverterBatches as TRUE_TEXTS says, their rows named `trueRows`, with a
 * run scalar `seed`.
 *
 * @param network of the trainer's kind, plain weights: decoders of other weights are run by its programs
 */
export function selfCriticalBatches(
  network: InverterNetwork,
  texts: readonly string[],
  encoder: Encoder,
  options: SelfCriticalBatchOptions,
): SelfCriticalBatches {
  const { config, tokens } = network
  const { dims, capacityTokens } = config
  const { batch, baseline, seed, reward } = options
  const { samples, temperature, cut } = batch
  const { tokenizer } = tokens
  const pieces = pieceBatches(texts, tokenizer, {
    size: batch.texts,
    sizeKey: 'batch.texts',
    seed,
    cut,
    capacity: capacityTokens,
  })
  // Drawn by the same numbers, so that its texts are those of the vectors.
  const trueTexts = options.trueTexts
    ? inverterBatches(config, texts, encoder, tokenizer, { ...batch, seed })
    : null
  const trueInputs = Object.entries(trueTexts?.inputs ?? {}).map(([name, spec]): [string, BindingSpec] => [
    TRUE_TEXTS + name,
    'live' in spec && spec.live === 'rows' ? { ...spec, live: 'trueRows' } : spec,
  ])
  return {
    inputs: { ...drawnInputs(config, batch), ...Object.fromEntries(trueInputs) },
    perEpoch: pieces.perEpoch,
    trueTexts,
    batch: async (number) => {
      const some = pieces.batch(number).pieces.map(({ text }) => text)
      const vectors = (await encoder.encode(some)).vectors.toFloat32Array()
      const known = await trueTexts?.batch(number)
      if (!known) return { inputs: { vectors }, count: 0 }
      const { rows, ...scalars } = known.scalars as { readonly rows: number; readonly seed: number }
      return {
        inputs: { vectors, ...prefixed(TRUE_TEXTS, known.inputs) },
        scalars: { ...scalars, trueRows: rows },
        count: rows,
      }
    },
    complete: async (prepared: TrainBatch, number, parameters, { signal, threads, device }) => {
      const run = { signal, threads, device }
      const decoder = withWeights(network, parameters)
      const all = prepared.inputs.vectors as Float32Array
      const vectors = Array.from({ length: batch.texts }, (_, i) => all.subarray(i * dims, (i + 1) * dims))
      const first = randomNumbers(seed, DRAWN + number).below(2 ** 32)
      const drawn = await drawnTokens(decoder, vectors, (i) => first + i, { samples, temperature, ...run })
      const rewards = await reward(vectors, drawn, run)
      const greedy =
        baseline === 'greedy'
          ? await drawnTokens(decoder, vectors, () => 0, { samples: 1, temperature: 0, ...run })
          : null
      const advantages = greedy
        ? lessGreedy(rewards, await reward(vectors, greedy, run), samples)
        : leaveOneOut(rewards, samples)
      const { inputs, scalars } = packDrawn(network, batch, all, drawn.flat(), rewards, advantages)
      return {
        inputs: { ...prepared.inputs, ...inputs },
        scalars: { ...prepared.scalars, ...scalars },
        count: prepared.count + scalars.rows,
      }
    },
  }
}
