import { badArgument, describe } from '../core/errors.ts'
import type { TrainProgress } from './core/loop.ts'
import { runTraining, type TrainOptions } from './core/run.ts'
import type { Trainable } from './core/trainable.ts'
import * as trainables from './trainables.ts'

/** All that can be trained. */
export const TRAINABLES: readonly Trainable[] = Object.values(trainables)

/** What can be trained under a name. Throws VmmError BAD_ARGUMENT naming what there is. */
export function trainableOf(kind: string): Trainable {
  const found = TRAINABLES.find(({ name }) => name === kind)
  if (!found) throw badArgument('kind', describe(kind), TRAINABLES.map(({ name }) => name).join(' | '))
  return found
}

/**
 * Trains a model as a config says, and tells after each step how it goes. The folder `out` of the config gets
 * checkpoints, metrics.jsonl, losses.svg, and at the end the bundle. A run that was cancelled or killed goes on from its
 * last checkpoint, bit for bit; the same config gives the same bundle on the same machine.
 *
 * @param kind   a name of trainables.ts, such as 'predictor'
 * @param config plain JSON; docs/training.md has all keys
 * @throws VmmError BAD_ARGUMENT for another kind, or naming the key of the config that is wrong; IN_USE when another run
 *   is at work in `out`; NOT_FOUND or BAD_FILE for documents and models; BAD_ARGUMENT when training diverges; the
 *   signal's reason
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { trainModel } from 'vector-mamba/train'
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
 * for await (const { step, steps, losses } of trainModel('predictor', config, { cacheDir: 'cache' }))
 *   if (step === steps) console.log(step, losses.loss > 0) // 4 true
 * ```
 */
export async function* trainModel(
  kind: string,
  config: unknown,
  options: TrainOptions = {},
): AsyncGenerator<TrainProgress> {
  yield* runTraining(trainableOf(kind), config, options)
}
