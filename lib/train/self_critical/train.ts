import type { TrainProgress } from '../core/loop.ts'
import { runTraining, type TrainOptions } from '../core/run.ts'
import { type SelfCriticalData, trainable } from './trainable.ts'

/** How an inverter is trained that judges itself. */
export type TrainSelfCriticalOptions = TrainOptions<SelfCriticalData>

/**
 * Goes on with the weights of an inverter (stage 1) by REINFORCE, as a config says (see SelfCriticalTraining), and tells
 * after each step how it goes: it draws some texts for each vector, encodes them, and makes those likelier that are nearer to
 * the vector than the others. It is held to the language by its divergence from stage 1 and by the true texts; an
 * evaluation's `score`, by which the best checkpoint is told, counts how near the texts are and how natural a judge finds
 * them. At the end the folder of the run has the bundle `inverter`: the config's own, trained further; without a surrogate.
 * After self-critical sequence training (Rennie et al. 2017, arXiv 1612.00563). Runs and throws as trainModel does; also what
 * loadInverter, loadLanguageModel and inverterTexts throw.
 *
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { trainInverter, trainSelfCritical } from 'vector-mamba/train'
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
 * const further = { ...others, inverter: 'run/inverter', out: 'further' }
 * for await (const { step } of trainSelfCritical(further, { cacheDir: 'cache' })) console.log('further', step) // further 1
 * // further 2
 * ```
 */
export function trainSelfCritical(
  config: unknown,
  options: TrainSelfCriticalOptions = {},
): AsyncGenerator<TrainProgress> {
  return runTraining(trainable, config, options)
}
