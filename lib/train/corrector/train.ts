import type { TrainProgress } from '../core/loop.ts'
import { runTraining, type TrainOptions } from '../core/run.ts'
import { type CorrectorData, trainable } from './trainable.ts'

/** How a corrector is trained. */
export type TrainCorrectorOptions = TrainOptions<CorrectorData>

/**
 * Trains an inverter to read what it has written, with its vector, and to write it better, as a config says (see
 * CorrectorTraining), and tells after each step how it goes. At the end the folder of the run has the bundle `inverter`: the
 * config's own, trained further; without a surrogate. After vec2text's corrector (Morris et al. 2023, arXiv 2310.06816), in
 * the same weights. Runs and throws as trainModel does; also what loadInverter and inverterTexts throw.
 *
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { trainCorrector, trainInverter } from 'vector-mamba/train'
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
 * const { model: _, ...others } = config
 * for await (const { step } of trainInverter(config, { cacheDir: 'cache' })) console.log('inverter', step) // inverter 1
 * // inverter 2
 * const corrector = { ...others, inverter: 'run/inverter', out: 'corrector' }
 * for await (const { step } of trainCorrector(corrector, { cacheDir: 'cache' })) console.log('better', step) // better 1
 * // better 2
 * ```
 */
export function trainCorrector(
  config: unknown,
  options: TrainCorrectorOptions = {},
): AsyncGenerator<TrainProgress> {
  return runTraining(trainable, config, options)
}
