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
 * @param kind   'predictor', 'inverter' or 'surrogate'
 * @param config plain JSON; docs/training.md has all keys
 * @throws VmmError BAD_ARGUMENT for another kind, or naming the key of the config that is wrong; IN_USE when another run
 *   is at work in `out`; NOT_FOUND or BAD_FILE for documents and models; BAD_ARGUMENT when training diverges; the
 *   signal's reason
 */
export async function* trainModel(
  kind: string,
  config: unknown,
  options: TrainOptions = {},
): AsyncGenerator<TrainProgress> {
  yield* runTraining(trainableOf(kind), config, options)
}
