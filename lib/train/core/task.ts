import type { RunOptions } from '../../core/run_options.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import type { DeviceTensor } from '../../tensor/device_tensor.ts'
import type { Shape } from '../../tensor/shape.ts'
import type { WeightSet } from '../../weights/weight_set.ts'

/** A parameter as the optimiser sees it; all are f32. */
export interface TrainedParameter {
  readonly shape: Shape
  /** Whether weight decay pulls it towards zero. */
  readonly decay: boolean
  /** false: it keeps its start value, and is saved with the others. */
  readonly trained: boolean
}

/** What one run of a training program is given. */
export interface TrainBatch {
  readonly inputs: Readonly<Record<string, ArrayBufferView>>
  readonly scalars?: Readonly<Record<string, number>>
  /** Concepts, tokens…: what throughput counts. */
  readonly count: number
}

/** `loss` is minimised, the others are recorded; one f32 number each. */
export type TaskLosses = { readonly loss: Value } & Readonly<Record<string, Value>>

/** What an evaluation has measured, by name. */
export type Measures = Readonly<Record<string, number>>

/** The training of a model as the trainer sees it: a model, its losses and its data. */
export interface TrainTask {
  readonly name: string
  /** Plain JSON of all that decides the result beside the trainer's own options: a run resumes with the same one only. */
  readonly config: unknown
  readonly parameters: Readonly<Record<string, TrainedParameter>>
  /** Bindings of a batch. Names of parameters are taken, and those that begin with `m/`, `v/` or `g/`. */
  readonly inputs: Readonly<Record<string, BindingSpec>>
  /** Weights of another model that losses are made with, by names of their own: never updated, and not disposed. */
  readonly frozen?: Pick<WeightSet, 'tensors' | 'specs'>
  /** Start values of all parameters. */
  initial(seed: number): Readonly<Record<string, Float32Array>>
  /** The traced model: inputs, parameters and frozen weights by name. */
  losses(values: Readonly<Record<string, Value>>): TaskLosses
  /** Batch 0, 1, 2…: the same number gives the same batch, so that a run resumes without a cursor. */
  batch(number: number): Promise<TrainBatch>
  /**
   * Adds to a batch what the model as it is now has to do with it, such as texts that it writes: called when the batch's
   * turn comes, and never ahead. The same batch and parameters, which are read only, give the same.
   */
  complete?(
    batch: TrainBatch,
    number: number,
    parameters: Readonly<Record<string, DeviceTensor>>,
    options: RunOptions,
  ): Promise<TrainBatch>
  /** Measures on data that training does not see. The tensors are the parameters in use, read only. */
  evaluate?(parameters: Readonly<Record<string, DeviceTensor>>, options: RunOptions): Promise<Measures>
}
