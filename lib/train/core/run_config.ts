import { badArgument, VmmError } from '../../core/errors.ts'
import type { SplitOptions } from '../../data/split.ts'
import type { Fields } from './fields.ts'
import { optimiserDefaults } from './optimiser.ts'
import type { TrainSettings } from './trainer.ts'

/** What the runs of all models have in common. Plain JSON. */
export interface RunConfig extends TrainSettings {
  /** Operands of the large products. */
  readonly compute: 'f32' | 'bf16'
  readonly checkpoints: {
    /** Steps between checkpoints; 0 for one at the end alone. */
    readonly every: number
    readonly keep: number
  }
  /** Folder of checkpoints, metrics and the trained bundle. */
  readonly out: string
  /** Of the trained bundle. */
  readonly licence: string
  readonly trainingData: string
}

/** What runs on documents have beside. */
export interface DocumentRunConfig extends RunConfig {
  /** Files of documents, see readDocuments. */
  readonly documents: readonly string[]
  /** The model that makes the vectors. */
  readonly encoder: string
  readonly split: Required<SplitOptions>
}

export const whole = { least: 1 }
export const fraction = { least: 0, most: 1 }

/** Reads what all runs on documents have; steps, documents and out are needed. Throws VmmError BAD_ARGUMENT. */
export function documentRunConfig(fields: Fields): DocumentRunConfig {
  const documents = fields.texts('documents')
  const split = fields.object('split')
  return {
    documents,
    encoder: fields.text('encoder', 'use-lite'),
    split: {
      seed: split.whole('seed', 0, { least: 0 }),
      validation: split.number('validation', 0.05, fraction),
      test: split.number('test', 0.1, fraction),
    },
    ...runConfig(fields, documents.join(', ')),
  }
}

function runConfig(fields: Fields, trainingData: string): RunConfig {
  const steps = fields.whole('steps', undefined, whole)
  const [optimiser, schedule, checkpoints] = (['optimiser', 'schedule', 'checkpoints'] as const).map((key) =>
    fields.object(key),
  ) as [Fields, Fields, Fields]
  return {
    compute: fields.choice('compute', 'bf16', ['f32', 'bf16']),
    seed: fields.whole('seed', 0, { least: 0 }),
    steps,
    accumulate: fields.whole('accumulate', 1, whole),
    optimiser: {
      beta1: optimiser.number('beta1', optimiserDefaults.beta1, { least: 0, most: 0.999999 }),
      beta2: optimiser.number('beta2', optimiserDefaults.beta2, { least: 0, most: 0.999999 }),
      eps: optimiser.number('eps', optimiserDefaults.eps, { least: 1e-30 }),
      weightDecay: optimiser.number('weightDecay', optimiserDefaults.weightDecay, { least: 0 }),
      clip: optimiser.number('clip', optimiserDefaults.clip, { least: 1e-6 }),
    },
    schedule: {
      learningRate: schedule.number('learningRate', 1e-3, { least: 0 }),
      warmup: schedule.whole('warmup', Math.min(100, steps), { least: 0, most: steps }),
      final: schedule.number('final', 0.05, fraction),
    },
    checkpoints: {
      every: checkpoints.whole('every', 0, { least: 0 }),
      keep: checkpoints.whole('keep', 2, whole),
    },
    out: fields.text('out', undefined),
    licence: fields.text('licence', 'Apache-2.0'),
    trainingData: fields.text('trainingData', trainingData),
  }
}

/** What decides the result of a run, for the trainer. */
export function settingsOf({ seed, steps, accumulate, optimiser, schedule }: RunConfig): TrainSettings {
  return { seed, steps, accumulate, optimiser, schedule }
}

/**
 * The fields of a model that a config gives, checked by the model's own `complete`, with the keys as they are here.
 * `derived` are fields that follow from something else.
 */
export function modelFields<C extends object>(
  given: unknown,
  derived: readonly (keyof C & string)[],
  complete: (given: Partial<C>) => C,
): Partial<C> {
  for (const key of derived)
    if (typeof given === 'object' && given !== null && key in given)
      throw badArgument(`model.${key}`, 'a key', 'none: it follows from the encoder and the documents')
  try {
    complete(given as Partial<C>)
  } catch (error) {
    // Its messages call the object config.
    const { message, argument = 'config' } = error as VmmError
    const at = (text: string) => text.replace(/^config/, 'model')
    throw new VmmError('BAD_ARGUMENT', at(message), { argument: at(argument), cause: error })
  }
  return given as Partial<C>
}
