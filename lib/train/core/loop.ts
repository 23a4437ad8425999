import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { badArgument, check, describe } from '../../core/errors.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { atomicWrite, fileError } from '../../io/files.ts'
import { plotSvg } from '../../io/plot.ts'
import {
  type BestCheckpoint,
  type BestMeasure,
  bestCheckpoint,
  betterOf,
  checkpointMeasures,
} from './best.ts'
import {
  type Checkpoint,
  healCheckpoints,
  listCheckpoints,
  loadCheckpoint,
  pruneCheckpoints,
  saveCheckpoint,
} from './checkpoints.ts'
import { type MetricsLine, metricsSeries, openMetrics, readMetrics } from './metrics.ts'
import { stateShapes } from './optimiser.ts'
import type { Measures, TrainTask } from './task.ts'
import { createTrainer, type TrainSettings } from './trainer.ts'

export const METRICS_FILE = 'metrics.jsonl'
export const PLOT_FILE = 'losses.svg'

export interface LoopOptions extends CallOptions {
  /** Where checkpoints, metrics and the plot go; made when it is missing. */
  readonly folder: string
  /** Steps between evaluations; there is one at the end in any case. */
  readonly evaluateEvery?: number | undefined
  /** Steps between checkpoints; there is one at the end, and when the run is cancelled. */
  readonly checkpointEvery?: number | undefined
  /** Checkpoints that are kept: the last ones. Default 2. */
  readonly keep?: number | undefined
  /** Keeps the best checkpoint as well: one is written after each evaluation that is better than all before. */
  readonly best?: BestMeasure | undefined
  /** Called before a checkpoint is written; what it throws ends the run, and nothing is written. */
  readonly beforeCheckpoint?: (() => Promise<void>) | undefined
  /** Forgets the checkpoints of the folder instead of going on from the last one. */
  readonly restart?: boolean | undefined
}

/** What the loop tells after each step. */
export interface TrainProgress extends MetricsLine {
  readonly steps: number
  /** The checkpoint that was written after this step. */
  readonly checkpoint?: string
}

/** The last checkpoint of a folder, or null where there is none. Throws VmmError, see loadCheckpoint. */
export async function lastCheckpoint(folder: string, task: TrainTask): Promise<Checkpoint | null> {
  const [step] = await listCheckpoints(folder)
  return step === undefined ? null : loadCheckpoint(folder, step, stateShapes(task))
}

/**
 * Trains a task and tells after each step how it went. A folder that has checkpoints of the same task and settings goes
 * on from the last one, bit for bit as if it had not stopped. When the signal is aborted or the caller leaves the loop,
 * a checkpoint of the last step is written first.
 *
 * @throws VmmError BAD_ARGUMENT when the folder's checkpoints are of other settings, naming the first that differs, or
 *   when training diverges; BAD_FILE for a damaged checkpoint or a full disk; what beforeCheckpoint throws; the signal's
 *   reason
 */
export async function* trainLoop(
  task: TrainTask,
  settings: TrainSettings,
  options: LoopOptions,
): AsyncGenerator<TrainProgress> {
  const { folder, evaluateEvery, checkpointEvery, keep = 2, best: bestBy, signal, threads, device } = options
  const { steps } = settings
  const run = { signal, threads, device }
  for (const [name, every] of Object.entries({ evaluateEvery, checkpointEvery, keep }))
    check(
      every === undefined || (Number.isInteger(every) && every > 0),
      name,
      every,
      'a whole number of 1 or more',
    )
  signal?.throwIfAborted()
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw fileError(folder, 'write', error)
  })
  if (options.restart) {
    for (const name of [METRICS_FILE, PLOT_FILE]) await rm(join(folder, name), { force: true })
    await pruneCheckpoints(folder, 0)
  }
  const identity = JSON.parse(
    JSON.stringify({ task: task.name, config: task.config, ...settings }),
  ) as unknown
  await healCheckpoints(folder)
  const before = await lastCheckpoint(folder, task)
  if (before) requireSame(before.settings, identity, folder)
  const due = (step: number, every: number | undefined) =>
    step === steps || (every !== undefined && step % every === 0)
  let best: BestCheckpoint | null = null
  if (bestBy) {
    for (const step of await listCheckpoints(folder))
      if (due(step, evaluateEvery)) await checkpointMeasures(folder, step, task, run)
    best = await bestCheckpoint(folder, bestBy)
  }
  await pruneCheckpoints(folder, keep, best?.step)

  using trainer = createTrainer(task, settings)
  if (before) trainer.restore(before.state, before.step)
  let saved = trainer.step
  // The last step whose evaluation, if one was due, was not cut short: only there may a checkpoint be.
  let settled: { readonly step: number; readonly evaluation?: Measures | undefined } = { step: saved }
  const save = async () => {
    await options.beforeCheckpoint?.()
    const checkpoint = { ...settled, settings: identity, state: trainer.state() }
    const path = await saveCheckpoint(folder, checkpoint, stateShapes(task))
    saved = trainer.step
    await pruneCheckpoints(folder, keep, best?.step)
    return path
  }
  const metrics = await openMetrics(join(folder, METRICS_FILE), trainer.step)
  let failed = false
  try {
    while (trainer.step < steps) {
      const started = performance.now()
      const { count, ...result } = await trainer.next(run)
      const perSecond = (1000 * count) / (performance.now() - started)
      const { step } = trainer
      const evaluation = due(step, evaluateEvery) ? await task.evaluate?.(trainer.parameters, run) : undefined
      const line = { step, count, ...result, perSecond, ...(evaluation ? { evaluation } : {}) }
      await metrics.write(line)
      settled = { step, evaluation }
      if (bestBy) best = betterOf(bestBy, best, step, evaluation)
      const checkpoint = due(step, checkpointEvery) || best?.step === step ? await save() : undefined
      yield { ...line, steps, ...(checkpoint === undefined ? {} : { checkpoint }) }
    }
    await atomicWrite(join(folder, PLOT_FILE), [
      plotSvg(metricsSeries(await readMetrics(join(folder, METRICS_FILE)))),
    ])
  } catch (error) {
    failed = !signal?.aborted
    throw error
  } finally {
    await metrics.close()
    if (!failed && !trainer.diverged && settled.step === trainer.step && trainer.step > saved) await save()
  }
}

/** Throws unless a run that goes on has the settings that it began with. */
function requireSame(before: unknown, now: unknown, folder: string): void {
  const path = firstDifference(before, now)
  if (path === null) return
  const at = (value: unknown) =>
    describe(path.reduce<unknown>((v, key) => (v as Record<string, unknown> | undefined)?.[key], value))
  throw badArgument(
    path.join('.'),
    at(now),
    `${at(before)}, with which the checkpoints of ${folder} were made; choose another folder, or restart`,
  )
}

/** The keys that lead to the first place where two JSON values differ. */
function firstDifference(a: unknown, b: unknown): string[] | null {
  if (Object.is(a, b)) return null
  const isObject = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null
  if (!isObject(a) || !isObject(b)) return []
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const rest = firstDifference(a[key], b[key])
    if (rest) return [key, ...rest]
  }
  return null
}
