import type { RunOptions } from '../../core/run_options.ts'
import { createTensor, type DeviceTensor } from '../../tensor/device_tensor.ts'
import { aboutCheckpoint, addEvaluation, listCheckpoints, loadCheckpoint } from './checkpoints.ts'
import { stateShapes } from './optimiser.ts'
import type { Measures, TrainTask } from './task.ts'

/** The measure of an evaluation that tells the best checkpoint. */
export interface BestMeasure {
  readonly measure: string
  /** Which values of it are the better ones. */
  readonly better: 'low' | 'high'
}

/** A checkpoint and the value of its measure. */
export interface BestCheckpoint {
  readonly step: number
  readonly value: number
}

/** The better one of two; the earlier where they are as good as each other, or the later has no number for a measure. */
export function betterOf(
  { measure, better }: BestMeasure,
  earlier: BestCheckpoint | null,
  step: number,
  evaluation: Measures | undefined,
): BestCheckpoint | null {
  const value = evaluation?.[measure]
  if (value === undefined || !Number.isFinite(value)) return earlier
  const wins = earlier === null || (better === 'low' ? value < earlier.value : value > earlier.value)
  return wins ? { step, value } : earlier
}

/** The best checkpoint of a folder; null where none was measured. Throws as aboutCheckpoint does. */
export async function bestCheckpoint(folder: string, best: BestMeasure): Promise<BestCheckpoint | null> {
  let found: BestCheckpoint | null = null
  for (const step of (await listCheckpoints(folder)).reverse())
    found = betterOf(best, found, step, (await aboutCheckpoint(folder, step)).evaluation)
  return found
}

/**
 * What was measured at the step of a checkpoint. Where it does not say, it is measured again and kept there; undefined
 * where there is nothing to evaluate on. Throws as loadCheckpoint and task.evaluate do.
 */
export async function checkpointMeasures(
  folder: string,
  step: number,
  task: TrainTask,
  run: RunOptions,
): Promise<Measures | undefined> {
  const known = (await aboutCheckpoint(folder, step)).evaluation
  if (known || !task.evaluate) return known
  const { state } = await loadCheckpoint(folder, step, stateShapes(task))
  const tensors: Record<string, DeviceTensor> = {}
  try {
    for (const [name, { shape }] of Object.entries(task.parameters))
      tensors[name] = createTensor('f32', shape, state[name]!)
    const measured = await task.evaluate(tensors, run)
    await addEvaluation(folder, step, measured)
    return measured
  } finally {
    for (const tensor of Object.values(tensors)) tensor.dispose()
  }
}
