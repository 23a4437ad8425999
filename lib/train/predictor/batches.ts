import { check } from '../../core/errors.ts'
import type { VectorDocuments } from '../../data/documents/open.ts'
import { planWindows, type WindowOptions, type Windows } from '../../data/windows.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import type { PredictorConfig } from '../../models/predictor/config.ts'
import { packSequences, predictorInputs, spreadsSequences } from '../../models/predictor/inputs.ts'
import { randomNumbers } from '../../ops/random_numbers.ts'
import type { TrainBatch } from '../core/task.ts'

/** Batch b draws its routing prefixes from stream PREFIXES + b; epochs have the streams below. */
const PREFIXES = 2 ** 31

export interface PredictorBatchOptions extends WindowOptions {
  /** Concepts that the router may see, at least and at most: drawn for each window, and fewer in a short one. */
  readonly prefix: readonly [least: number, most: number]
}

/** Batches of windows over some of the documents. */
export interface PredictorBatches {
  readonly windows: Windows
  /** Bindings of a batch, all of fixed size. */
  readonly inputs: Readonly<Record<string, BindingSpec>>
  batch(number: number): Promise<TrainBatch>
}

/**
 * Inputs of a batch: a run scalar `seed` of its own, those of predictorForward, and
 *   following i32 [rows]: the row that each row predicts; lossWeights f32 [rows]: 1 / count where that row is of the
 *     same window and the router has not seen it, else 0; documents f32 [rows]: a number for the document of each row;
 *   with experts, for each sequence (variant `sequence`) or row: domainExpert i32 and domainWeights f32, the expert of
 *     its domain and 1 / count where it is known; shares f32, the share of the batch's rows.
 *
 * @param indices  documents to use
 * @param expertOf the expert of a document's group, undefined where it has none
 */
export function predictorBatches(
  config: PredictorConfig,
  documents: VectorDocuments,
  indices: readonly number[],
  expertOf: (group: string) => number | undefined,
  options: PredictorBatchOptions,
): PredictorBatches {
  const [least, most] = options.prefix
  const ordered = Number.isInteger(least) && Number.isInteger(most) && least >= 1 && most >= least
  check(ordered, 'batch.prefix', options.prefix, 'two whole numbers of 1 or more, the least first')
  const windows = planWindows(
    indices.map((i) => documents.documents[i]!.count),
    options,
  )
  const { dims } = config
  const capacity = { rows: windows.rows, sequences: windows.most }
  const routes = config.experts > 1
  const bySequence = spreadsSequences(config)
  const routed = bySequence ? windows.most : windows.rows
  const input = (dtype: 'f32' | 'i32', size: number): BindingSpec => ({ kind: 'input', dtype, shape: [size] })

  const batch = async (number: number): Promise<TrainBatch> => {
    const some = windows.batch(number)
    const lengths = some.map(({ begin, end }) => end - begin)
    const numbers = randomNumbers(options.seed, PREFIXES + number)
    const prefixes = lengths.map((n) => Math.max(1, Math.min(least + numbers.below(most - least + 1), n - 1)))
    const x = new Float32Array(windows.rows * dims)
    const following = new Int32Array(windows.rows)
    const lossWeights = new Float32Array(windows.rows)
    const ofDocument = new Float32Array(windows.rows)
    const domainExpert = new Int32Array(routed)
    const domainWeights = new Float32Array(routed)
    const shares = new Float32Array(routed)
    let row = 0
    for (const [s, { document, begin, end }] of some.entries()) {
      const { group } = documents.documents[indices[document]!]!
      const rows = x.subarray(row * dims, (row + end - begin) * dims)
      await documents.readRows(indices[document]!, begin, end, rows)
      const length = end - begin
      const first = bySequence ? prefixes[s]! - 1 : 0
      for (let t = 0; t < length; t++) {
        following[row + t] = row + Math.min(t + 1, length - 1)
        if (t >= first && t < length - 1) lossWeights[row + t] = 1
      }
      ofDocument.fill(document, row, row + length)
      const expert = expertOf(group)
      const [from, to] = bySequence ? [s, s + 1] : [row, row + length]
      domainExpert.fill(expert ?? 0, from, to)
      domainWeights.fill(expert === undefined ? 0 : 1, from, to)
      shares.fill(bySequence ? length : 1, from, to)
      row += length
    }
    for (const weights of [lossWeights, domainWeights, shares]) normalise(weights)
    const packed = packSequences(config, capacity, lengths, bySequence ? prefixes : lengths)
    const scalars = { seed: numbers.below(2 ** 32) }
    const routing = routes ? { domainExpert, domainWeights, shares } : {}
    return {
      inputs: { x, ...packed.inputs, following, lossWeights, documents: ofDocument, ...routing },
      scalars,
      count: windows.rows,
    }
  }

  return {
    windows,
    inputs: {
      // Batches are always full, so that nothing needs a live count.
      ...Object.fromEntries(
        Object.entries(predictorInputs(config, capacity)).map(([name, { live: _, ...spec }]) => [name, spec]),
      ),
      following: input('i32', windows.rows),
      lossWeights: input('f32', windows.rows),
      documents: input('f32', windows.rows),
      ...(routes
        ? {
            domainExpert: input('i32', routed),
            domainWeights: input('f32', routed),
            shares: input('f32', routed),
          }
        : {}),
    },
    batch,
  }
}

/** Scales numbers so that they sum to 1, unless all are 0. */
function normalise(weights: Float32Array): void {
  let sum = 0
  for (const w of weights) sum += w
  if (sum > 0) for (let i = 0; i < weights.length; i++) weights[i]! /= sum
}
