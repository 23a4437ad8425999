import type { TrainProgress } from '../core/loop.ts'
import { runTraining, type TrainOptions } from '../core/run.ts'
import { type LanguageModelData, trainable } from './trainable.ts'

/** How a language model is trained. */
export type TrainLanguageModelOptions = TrainOptions<LanguageModelData>

/**
 * Trains a language model as a config says (see LanguageModelTraining), and tells after each step how it goes. At the end
 * the folder of the run has the bundle `lm`, which loadLanguageModel reads. Runs and throws as trainModel does; also what
 * documentParts throws.
 *
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { loadLanguageModel } from 'vector-mamba'
 * import { trainLanguageModel } from 'vector-mamba/train'
 *
 * const sentences = ['The king found a boat.', 'A sailor lost the letter.', 'Her mother ate.', 'Nobody came.']
 * const document = (_, i) =>
 *   JSON.stringify({ book: `${i % 4}`, chapter: `${i}`, sentences: [...sentences, `It was ${i}.`] })
 * await writeFile('books.jsonl', Array.from({ length: 40 }, document).join('\n'))
 * const config = {
 *   documents: 'books.jsonl',
 *   out: 'run',
 *   steps: 2,
 *   model: { dModel: 8, blocks: 1, dState: 4 },
 *   batch: { rows: 64, window: 32 },
 *   evaluation: { sentences: 4 },
 * }
 * for await (const { step, losses } of trainLanguageModel(config, { cacheDir: 'cache' }))
 *   console.log(step, Number.isFinite(losses.loss)) // 1 true
 * // 2 true
 * const model = await loadLanguageModel('run/lm')
 * const [{ nats, tokens }] = await model.surprise(['Nobody came.'])
 * console.log(nats > 0, tokens === model.countTokens('Nobody came.') + 1) // true true
 * model.dispose()
 * ```
 */
export function trainLanguageModel(
  config: unknown,
  options: TrainLanguageModelOptions = {},
): AsyncGenerator<TrainProgress> {
  return runTraining(trainable, config, options)
}
