import type { TrainProgress } from '../core/loop.ts'
import { runTraining, type TrainOptions } from '../core/run.ts'
import { trainable, type Vec2TextData } from './trainable.ts'

/** How a model of vec2text is trained. */
export type TrainVec2TextOptions = TrainOptions<Vec2TextData>

/**
 * Trains one model of a pair of vec2text (Morris et al. 2023, arXiv 2310.06816) as a config says (see Vec2TextTraining), and
 * tells after each step how it goes: in stage `hypothesizer` a T5 that writes a text for a vector of the encoder, in stage
 * `corrector` one that reads that text and its vector as well. At the end the folder of the run has `vec2text/hypothesizer`, and
 * after the second stage beside it `vec2text/corrector`, which loadInverter reads with the encoder; both in the form in which the
 * original's are published. Runs and throws as trainModel does; also what inverterTexts throws, SPACE_MISMATCH for models of
 * another encoder, and UNSUPPORTED for models of other kinds.
 *
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { loadInverter, loadModel } from 'vector-mamba'
 * import { trainVec2text } from 'vector-mamba/train'
 *
 * const sentences = ['The king found a boat.', 'A sailor lost the letter.', 'Her mother ate.', 'Nobody came.']
 * const document = (_, i) =>
 *   JSON.stringify({ book: `${i % 4}`, chapter: `${i}`, sentences: [...sentences, `It was ${i}.`] })
 * await writeFile('books.jsonl', Array.from({ length: 40 }, document).join('\n'))
 * const config = {
 *   documents: 'books.jsonl',
 *   out: 'first',
 *   steps: 2,
 *   model: { width: 8, layers: 1, decoderLayers: 1, heads: 1, headWidth: 8, ffn: 8, repeats: 2, maxTokens: 12 },
 *   split: { validation: 0.2, test: 0.1 },
 *   batch: { texts: 4 },
 *   evaluation: { sentences: 4 },
 * }
 * for await (const { step } of trainVec2text(config, { cacheDir: 'cache' })) console.log('hypothesizer', step) // hypothesizer 1
 * // hypothesizer 2
 * const { model: _, ...others } = config
 * const second = { ...others, stage: 'corrector', hypothesizer: 'first/vec2text/hypothesizer', out: 'run' }
 * for await (const { step } of trainVec2text(second, { cacheDir: 'cache' })) console.log('corrector', step) // corrector 1
 * // corrector 2
 * const encoder = await loadModel()
 * const inverter = await loadInverter('run/vec2text/corrector', { encoder, cacheDir: 'cache' })
 * console.log(inverter.config.dModel, inverter.space) // 8 use-lite-512
 * inverter.dispose()
 * encoder.dispose()
 * ```
 */
export function trainVec2text(
  config: unknown,
  options: TrainVec2TextOptions = {},
): AsyncGenerator<TrainProgress> {
  return runTraining(trainable, config, options)
}
