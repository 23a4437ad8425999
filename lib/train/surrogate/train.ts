import type { TrainProgress } from '../core/loop.ts'
import { runTraining, type TrainOptions } from '../core/run.ts'
import { type SurrogateData, trainable } from './trainable.ts'

/** How a surrogate is trained. */
export type TrainSurrogateOptions = TrainOptions<SurrogateData>

/**
 * Trains a surrogate on the texts that an inverter writes, as a config says (see SurrogateTraining), and tells after
 * each step how it goes. At the end the folder of the run has the bundle `inverter`: the config's own, with the
 * surrogate. Runs and throws as trainModel does; also what loadInverter and inverterTexts throw.
 *
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { trainInverter, trainSurrogate } from 'vector-mamba/train'
 *
 * const sentences = ['The king found a boat.', 'A sailor lost the letter.', 'Her mother ate.', 'Nobody came.']
 * const document = (_, i) =>
 *   JSON.stringify({ book: `${i % 4}`, chapter: `${i}`, sentences: [...sentences, `It was ${i}.`] })
 * await writeFile('books.jsonl', Array.from({ length: 40 }, document).join('\n'))
 * const config = {
 *   documents: 'books.jsonl',
 *   out: 'run',
 *   steps: 2,
 *   model: {
 *     ...{ dModel: 8, layers: 1, heads: 1, ffn: 8, capacityTokens: 12 },
 *     ...{ scales: [1], memoryDims: 8, adapterHidden: 8 },
 *   },
 *   split: { validation: 0.2, test: 0.1 },
 *   batch: { texts: 4 },
 *   evaluation: { sentences: 4 },
 * }
 * const options = { cacheDir: 'cache' }
 * for await (const { step } of trainInverter(config, options)) console.log('inverter', step) // inverter 1
 * // inverter 2
 * const surrogate = {
 *   documents: 'books.jsonl',
 *   inverter: 'run/inverter',
 *   out: 'surrogate',
 *   steps: 2,
 *   model: { dModel: 8, layers: 1, heads: 1, ffn: 8 },
 *   batch: { vectors: 2, samples: 2, reuse: 1 },
 * }
 * for await (const { step } of trainSurrogate(surrogate, options)) console.log('surrogate', step) // surrogate 1
 * // surrogate 2
 * ```
 */
export function trainSurrogate(
  config: unknown,
  options: TrainSurrogateOptions = {},
): AsyncGenerator<TrainProgress> {
  return runTraining(trainable, config, options)
}
