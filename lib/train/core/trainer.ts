import { badArgument, check, VmmError } from '../../core/errors.ts'
import type { RunOptions } from '../../core/run_options.ts'
import { compile, type HostTensor, type Program, toFloat32 } from '../../graph/program.ts'
import { trace } from '../../graph/trace.ts'
import { createTensor, type DeviceTensor, readTensor } from '../../tensor/device_tensor.ts'
import { count } from '../../tensor/shape.ts'
import {
  gradientBindings,
  gradientProgram,
  learningRate,
  type OptimiserConfig,
  type ScheduleConfig,
  stateShapes,
  stepBindings,
  stepProgram,
  sumShapes,
  updateBindings,
  updateProgram,
} from './optimiser.ts'
import type { TrainBatch, TrainTask } from './task.ts'

/** What decides the result of a run, beside its task. */
export interface TrainSettings {
  readonly seed: number
  readonly steps: number
  /** Batches of which the mean gradient makes one step. */
  readonly accumulate: number
  readonly optimiser: OptimiserConfig
  readonly schedule: ScheduleConfig
}

/** What a step gives. */
export interface StepResult {
  /** Losses by name; `loss` is the one that is minimised. */
  readonly losses: Readonly<Record<string, number>>
  readonly learningRate: number
  /** Norm of the gradient over all parameters, before clipping. */
  readonly gradNorm: number
  /** What the batches counted. */
  readonly count: number
}

/** A model in training: parameters and moments in native memory. */
export interface Trainer extends Disposable {
  /** Steps made so far. */
  readonly step: number
  /** Whether training has diverged: only `restore` and `dispose` are of use then. */
  readonly diverged: boolean
  /**
   * Makes the next step. When it is cancelled, or its batches or programs fail, then parameters, moments and `step` are
   * as before it, and it may be made again: from its first batch on, which task.batch is asked for once more.
   *
   * Divergence alone leaves something behind. It shows when the update is made, so parameters and moments are lost;
   * `step` does not count it, and `next` and `state` throw the same error until `restore`.
   *
   * @throws VmmError BAD_ARGUMENT beyond the last step, or naming schedule.learningRate when loss or gradient are not
   *   finite; what task.batch and task.complete throw; the signal's reason
   */
  next(options?: RunOptions): Promise<StepResult>
  /** Parameters in use; not to be disposed. */
  readonly parameters: Readonly<Record<string, DeviceTensor>>
  /** A copy of all that the next steps depend on: parameters by name, moments below `m/` and `v/`. */
  state(): Record<string, Float32Array>
  /** Goes on from a state after `step` steps. Throws VmmError BAD_ARGUMENT for other names or sizes. */
  restore(state: Readonly<Record<string, Float32Array>>, step: number): void
  dispose(): void
}

/** Compiles the programs of a task and makes its start values. */
export function createTrainer(task: TrainTask, settings: TrainSettings): Trainer {
  const { accumulate, optimiser, schedule, steps } = settings
  const programs =
    accumulate === 1
      ? [compile(trace(stepBindings(task), (values) => stepProgram(task, optimiser, values)))]
      : [
          compile(trace(gradientBindings(task), (values) => gradientProgram(task, values))),
          compile(
            trace(updateBindings(task), (values) => updateProgram(task, optimiser, accumulate, values)),
          ),
        ]
  const [first, second] = programs as [Program, Program?]
  const names = Object.keys(task.parameters)
  const shapes = stateShapes(task)
  const summed = second ? sumShapes(task) : {}
  const [saved, sums] = [Object.keys(shapes), Object.keys(summed)]
  const tensors: Record<string, DeviceTensor> = {}
  const put = (name: string, values?: Float32Array) => {
    tensors[name]?.dispose()
    tensors[name] = createTensor('f32', (shapes[name] ?? summed[name])!, values)
  }
  const initial = task.initial(settings.seed)
  for (const name of saved) put(name, initial[name])
  for (const name of sums) put(name)
  const given = (bindings: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(tensors).filter(([name]) => name in bindings))
  const forFirst = second ? gradientBindings(task) : stepBindings(task)
  const forSecond = updateBindings(task)

  const parametersInUse = () => Object.fromEntries(names.map((name) => [name, tensors[name]!]))

  let step = 0
  let ahead: { readonly number: number; readonly batch: Promise<TrainBatch> } | null = null
  /** The batch of a number, made while the one before it was in use. */
  const batchOf = (number: number): Promise<TrainBatch> => {
    const batch = ahead?.number === number ? ahead.batch : task.batch(number)
    if (number + 1 < steps * accumulate) {
      ahead = { number: number + 1, batch: task.batch(number + 1) }
      ahead.batch.catch(() => {}) // thrown when its turn comes
    }
    return batch
  }

  // Sums of gradients of a step that did not come to its end.
  let unfinished = false
  let divergence: VmmError | null = null
  const requireSound = () => {
    if (divergence) throw divergence
  }
  const next = async (options: RunOptions = {}): Promise<StepResult> => {
    requireSound()
    check(step < steps, 'step', step + 1, `at most ${steps}`)
    const rate = learningRate(step + 1, steps, schedule)
    const scalars = { lr: rate, step: step + 1 }
    const losses: Record<string, number> = {}
    let counted = 0
    let gradNorm = Number.NaN
    const collect = (outputs: Readonly<Record<string, HostTensor>>) => {
      for (const [name, tensor] of Object.entries(outputs)) {
        const value = toFloat32(tensor)[0]!
        if (name === 'gradNorm') gradNorm = value
        else losses[name] = (losses[name] ?? 0) + value / accumulate
      }
    }
    if (unfinished) for (const name of sums) put(name)
    unfinished = true
    for (let part = 0; part < accumulate; part++) {
      const number = step * accumulate + part
      const prepared = await batchOf(number)
      options.signal?.throwIfAborted()
      const batch = task.complete
        ? await task.complete(prepared, number, parametersInUse(), options)
        : prepared
      const runScalars = second ? { ...batch.scalars } : { ...batch.scalars, ...scalars }
      const bound = { ...batch.inputs, ...task.frozen?.tensors, ...given(forFirst) }
      collect(await first.run(bound, { ...options, scalars: runScalars }))
      counted += batch.count
    }
    if (second) collect(await second.run(given(forSecond), { ...options, scalars }))
    if (!Number.isFinite(losses.loss) || !Number.isFinite(gradNorm)) {
      divergence = diverged(step + 1, losses.loss, gradNorm)
      throw divergence
    }
    unfinished = false
    step++
    return { losses, learningRate: rate, gradNorm, count: counted }
  }

  const dispose = () => {
    for (const program of programs) program.dispose()
    for (const tensor of Object.values(tensors)) tensor.dispose()
  }
  return {
    get step() {
      return step
    },
    get diverged() {
      return divergence !== null
    },
    next,
    get parameters() {
      return parametersInUse()
    },
    state: () => {
      requireSound()
      return Object.fromEntries(saved.map((name) => [name, readTensor(tensors[name]!) as Float32Array]))
    },
    restore: (state, at) => {
      check(Number.isSafeInteger(at) && at >= 0 && at <= steps, 'step', at, `0 … ${steps}`)
      for (const name of saved) {
        const size = count(shapes[name]!)
        const found = state[name] ? `${state[name].length} numbers` : 'nothing'
        if (state[name]?.length !== size) throw badArgument(`state.${name}`, found, `${size} numbers`)
      }
      for (const name of saved) put(name, state[name]!)
      step = at
      ahead = null
      divergence = null
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

function diverged(step: number, loss: number | undefined, gradNorm: number): VmmError {
  return new VmmError(
    'BAD_ARGUMENT',
    `step ${step}: the loss is ${loss} and the norm of its gradient ${gradNorm}: training diverged; ` +
      'take up the last checkpoint with a lower schedule.learningRate',
    { argument: 'schedule.learningRate' },
  )
}
