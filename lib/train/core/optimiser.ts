import { check } from '../../core/errors.ts'
import { differentiate } from '../../graph/differentiate.ts'
import type { BindingSpec, TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { adamw, add, div, full, minimum, mul, reshape, sqrt, square, sum } from '../../ops/index.ts'
import type { Shape } from '../../tensor/shape.ts'
import type { TrainTask } from './task.ts'

/** AdamW with a bound on the norm of the gradient. */
export interface OptimiserConfig {
  readonly beta1: number
  readonly beta2: number
  readonly eps: number
  /** Of the parameters that decay. */
  readonly weightDecay: number
  /** Gradients whose norm over all parameters is larger are scaled down to it; Infinity never. */
  readonly clip: number
}

export const optimiserDefaults: OptimiserConfig = {
  beta1: 0.9,
  beta2: 0.98,
  eps: 1e-8,
  weightDecay: 0.05,
  clip: 1,
}

/** The learning rate over a run. */
export interface ScheduleConfig {
  /** The largest one. */
  readonly learningRate: number
  /** Steps until it is reached, in a straight line from 0. */
  readonly warmup: number
  /** What is left of it at the last step, as a fraction. */
  readonly final: number
}

/**
 * Learning rate of step 1 … steps: linear warm-up, then half a cosine down to `final` at the last step (Loshchilov and
 * Hutter 2017, arXiv 1608.03983, without restarts).
 */
export function learningRate(step: number, steps: number, schedule: ScheduleConfig): number {
  const { learningRate: peak, warmup, final } = schedule
  check(step >= 1 && step <= steps, 'step', step, `1 … ${steps}`)
  if (step <= warmup) return (peak * step) / warmup
  const done = (step - warmup) / Math.max(steps - warmup, 1)
  return peak * (final + (1 - final) * 0.5 * (1 + Math.cos(Math.PI * done)))
}

type Values = Readonly<Record<string, Value>>

const trainedNames = (task: TrainTask) =>
  Object.entries(task.parameters).flatMap(([name, { trained }]) => (trained ? [name] : []))

/** Names of the state bindings of a trained parameter: itself, its moments, its summed gradient. */
const moments = ['m/', 'v/'] as const
const summed = 'g/'

/** Names and shapes of all that a run goes on from: the parameters, and the moments of those that are trained. */
export function stateShapes(task: TrainTask): Record<string, Shape> {
  const bindings = { ...parameterStates(task), ...states(task, moments) }
  return Object.fromEntries(Object.entries(bindings).map(([name, { shape }]) => [name, shape]))
}

/** Names and shapes of the sums of gradients, between the batches of a step. */
export function sumShapes(task: TrainTask): Record<string, Shape> {
  return Object.fromEntries(Object.entries(states(task, [summed])).map(([name, { shape }]) => [name, shape]))
}

function states(task: TrainTask, prefixes: readonly string[]): Record<string, BindingSpec> {
  return Object.fromEntries(
    trainedNames(task).flatMap((name) =>
      prefixes.map((prefix): [string, BindingSpec] => [
        prefix + name,
        { kind: 'state', dtype: 'f32', shape: task.parameters[name]!.shape },
      ]),
    ),
  )
}

/** All parameters, as states where they are trained. */
function parameterStates(task: TrainTask): Record<string, BindingSpec> {
  return Object.fromEntries(
    Object.entries(task.parameters).map(([name, { shape }]) => [
      name,
      { kind: 'state', dtype: 'f32', shape },
    ]),
  )
}

/** Bindings of stepProgram. */
export const stepBindings = (task: TrainTask) => ({
  ...task.inputs,
  ...task.frozen?.specs,
  ...parameterStates(task),
  ...states(task, moments),
})

/** Forward, backward, clipping and update as one program. Gives the losses and gradNorm, before clipping. */
export function stepProgram(task: TrainTask, optimiser: OptimiserConfig, values: Values): TraceResult {
  const losses = task.losses(values)
  const names = trainedNames(task)
  const gradients = differentiate(
    losses.loss,
    names.map((name) => values[name]!),
  )
  return { outputs: { ...losses, gradNorm: update(task, optimiser, values, names, gradients, 1) } }
}

/** Bindings of gradientProgram. */
export const gradientBindings = (task: TrainTask) => ({
  ...task.inputs,
  ...task.frozen?.specs,
  ...parameterStates(task),
  ...states(task, [summed]),
})

/** Forward and backward of one batch of several: adds the gradients to the sums. Gives the losses. */
export function gradientProgram(task: TrainTask, values: Values): TraceResult {
  const losses = task.losses(values)
  const names = trainedNames(task)
  const gradients = differentiate(
    losses.loss,
    names.map((name) => values[name]!),
  )
  return {
    outputs: losses,
    updates: Object.fromEntries(
      names.map((name, i) => [summed + name, add(values[summed + name]!, gradients[i]!)]),
    ),
  }
}

/** Bindings of updateProgram. */
export const updateBindings = (task: TrainTask) => states(task, ['', ...moments, summed])

/** Clipping and update by the mean of `batches` summed gradients, which are set to zero. Gives gradNorm. */
export function updateProgram(
  task: TrainTask,
  optimiser: OptimiserConfig,
  batches: number,
  values: Values,
): TraceResult {
  const names = trainedNames(task)
  const gradients = names.map((name) => values[summed + name]!)
  const gradNorm = update(task, optimiser, values, names, gradients, batches)
  return {
    outputs: { gradNorm },
    updates: Object.fromEntries(names.map((name, i) => [summed + name, mul(gradients[i]!, 0)])),
  }
}

/** The norm of the mean gradient, [1]; every trained parameter makes its step. */
function update(
  task: TrainTask,
  { clip, weightDecay, ...rates }: OptimiserConfig,
  values: Values,
  names: readonly string[],
  gradients: readonly Value[],
  batches: number,
): Value {
  const squares = gradients
    .map((gradient) => reshape(sum(square(gradient)), [1]))
    .reduce((total, part) => add(total, part), full([1], 0))
  const norm = mul(sqrt(squares), 1 / batches)
  // As torch.nn.utils.clip_grad_norm_ scales.
  const scale = clip === Infinity ? full([1], 1) : minimum(div(clip, add(norm, 1e-6)), 1)
  const gradScale = mul(scale, 1 / batches)
  names.forEach((name, i) => {
    const [param, m, v] = [name, ...moments.map((prefix) => prefix + name)].map((key) => values[key]!)
    adamw(
      { param: param!, grad: gradients[i]!, m: m!, v: v!, gradScale },
      { ...rates, weightDecay: task.parameters[name]!.decay ? weightDecay : 0 },
      { lr: 'lr', step: 'step' },
    )
  })
  return norm
}
