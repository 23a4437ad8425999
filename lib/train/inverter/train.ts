import type { TrainProgress } from '../core/loop.ts'
import { runTraining, type TrainOptions } from '../core/run.ts'
import { type InverterData, trainable } from './trainable.ts'

/** How an inverter is trained. */
export type TrainInverterOptions = TrainOptions<InverterData>

/**
 * Trains an inverter as a config says (see InverterTraining), and tells after each step how it goes. The folder of the
 * run gets train.txt, validation.txt and test.txt, the sentences of each part; where documents are in several files also
 * test.NAME.txt, those of each file; and at the end the bundle `inverter`, which loadInverter reads. Runs and throws as
 * trainModel does; also what inverterTexts throws.
 *
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { loadInverter } from 'vector-mamba'
 * import { trainInverter } from 'vector-mamba/train'
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
 * for await (const { step, losses } of trainInverter(config, { cacheDir: 'cache' }))
 *   console.log(step, Number.isFinite(losses.loss)) // 1 true
 * // 2 true
 * const inverter = await loadInverter('run/inverter')
 * console.log(inverter.config.dModel, inverter.capacityTokens) // 8 12
 * inverter.dispose()
 * ```
 */
export function trainInverter(
  config: unknown,
  options: TrainInverterOptions = {},
): AsyncGenerator<TrainProgress> {
  return runTraining(trainable, config, options)
}
