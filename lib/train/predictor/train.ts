import type { TrainProgress } from '../core/loop.ts'
import { runTraining, type TrainOptions } from '../core/run.ts'
import { type PredictorData, trainable } from './trainable.ts'

/** How a predictor is trained. */
export type TrainPredictorOptions = TrainOptions<PredictorData>

/**
 * Trains a predictor as a config says (see PredictorTraining), and tells after each step how it goes. Documents are
 * encoded on first use. The bundle `predictor` in the folder of the run, which loadPredictor reads, names the documents
 * that it was trained and validated on. Runs and throws as trainModel does; also what openDocuments throws.
 *
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { loadPredictor } from 'vector-mamba'
 * import { trainPredictor } from 'vector-mamba/train'
 *
 * const sentences = ['The king found a boat.', 'A sailor lost the letter.', 'Her mother ate.', 'Nobody came.']
 * const document = (_, i) =>
 *   JSON.stringify({ book: `${i % 4}`, chapter: `${i}`, sentences: [...sentences, `It was ${i}.`] })
 * await writeFile('books.jsonl', Array.from({ length: 40 }, document).join('\n'))
 * const config = {
 *   documents: 'books.jsonl',
 *   out: 'run',
 *   steps: 4,
 *   model: { dModel: 8, experts: 2, blocks: 1, dState: 2, routerHidden: 4 },
 *   split: { validation: 0.2, test: 0.1 },
 *   batch: { rows: 64, window: 8, minimum: 4, prefix: [1, 3] },
 *   evaluation: { context: 4 },
 * }
 * for await (const { step, losses } of trainPredictor(config, { cacheDir: 'cache' }))
 *   console.log(step, Number.isFinite(losses.loss)) // 1 true
 * // 2 true
 * // 3 true
 * // 4 true
 * const predictor = await loadPredictor('run/predictor')
 * console.log(predictor.config.experts) // 2
 * predictor.dispose()
 * ```
 */
export function trainPredictor(
  config: unknown,
  options: TrainPredictorOptions = {},
): AsyncGenerator<TrainProgress> {
  return runTraining(trainable, config, options)
}
