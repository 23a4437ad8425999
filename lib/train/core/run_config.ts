import { badArgument, VmmError } from '../../core/errors.ts'
import { type Fields, needed } from '../../core/fields.ts'
import type { SplitOptions } from '../../data/split.ts'
import { optimiserDefaults } from './optimiser.ts'
import type { TrainSettings } from './trainer.ts'

/** What the runs of all models have in common. Plain JSON; where a key is read, a line says what it is. */
export interface RunConfig extends TrainSettings {
  readonly compute: 'f32' | 'bf16'
  /** Where the task has an evaluation. */
  readonly evaluation?: { readonly every: number }
  readonly checkpoints: {
    readonly every: number
    readonly keep: number
    readonly bundle: 'last' | 'best'
  }
  readonly out: string
  readonly licence: string
  readonly trainingData: string
}

/** What runs on documents have beside. */
export interface DocumentRunConfig extends RunConfig {
  /** See readDocuments. */
  readonly documents: readonly string[]
  readonly encoder: string
  readonly split: Required<SplitOptions>
}

/** The encoder that is taken where a config names none; loadModel knows it by this name. */
export const DEFAULT_ENCODER = 'use-lite'

export const whole = { least: 1 }
/** Texts or concepts of a batch, and what is drawn for it. */
export const batchSize = { least: 1, most: 65_536 }
export const fraction = { least: 0, most: 1 }

/** Defaults that not all models have in common. */
export interface RunDefaults {
  readonly learningRate: number
}

/** Reads what all runs on documents have; steps, documents and out are needed. Throws VmmError BAD_ARGUMENT. */
export function documentRunConfig(
  fields: Fields,
  defaults: RunDefaults = { learningRate: 1e-3 },
): DocumentRunConfig {
  const documents = fields.texts(
    'documents',
    needed(['documents.jsonl']),
    'Files of documents: JSON lines, one document a line, also with gzip (`.jsonl.gz`), or Parquet, one a row (`npm install hyparquet hyparquet-compressors`). A predictor also takes stores of concepts, such as `vmm curate` makes: the concepts of one document in their order. A single one may stand without brackets.',
  )
  const split = fields.object('split')
  return {
    documents,
    encoder: fields.text(
      'encoder',
      DEFAULT_ENCODER,
      'The model that makes the vectors: a folder, an installed package, or a name that loadModel knows.',
    ),
    split: {
      seed: split.whole('seed', 0, { least: 0 }, 'Decides which documents are in which part.'),
      validation: split.number('validation', 0.05, fraction, 'Share of the documents for evaluations.'),
      test: split.number('test', 0.1, fraction, 'Share of the documents that is kept for tests.'),
    },
    ...runConfig(fields, documents.join(', '), defaults),
  }
}

function runConfig(fields: Fields, trainingData: string, { learningRate }: RunDefaults): RunConfig {
  const steps = fields.whole('steps', needed(10_000), whole, 'Updates of the parameters.')
  const [optimiser, schedule, checkpoints] = (['optimiser', 'schedule', 'checkpoints'] as const).map((key) =>
    fields.object(key),
  ) as [Fields, Fields, Fields]
  const rate = { least: 0, most: 0.999999 }
  return {
    compute: fields.choice(
      'compute',
      'bf16',
      ['f32', 'bf16'],
      'What the operands of large products are rounded to. Parameters are f32.',
    ),
    seed: fields.whole('seed', 0, { least: 0 }, 'Start values, batches and noise follow from it.'),
    steps,
    accumulate: fields.whole(
      'accumulate',
      1,
      { least: 1, most: 10_000 },
      'Batches of which the mean gradient makes one step.',
    ),
    optimiser: {
      beta1: optimiser.number('beta1', optimiserDefaults.beta1, rate, "Decay of AdamW's mean gradient."),
      beta2: optimiser.number('beta2', optimiserDefaults.beta2, rate, "Decay of AdamW's mean square."),
      eps: optimiser.number(
        'eps',
        optimiserDefaults.eps,
        { least: 1e-30 },
        'Added to the root of that square.',
      ),
      weightDecay: optimiser.number(
        'weightDecay',
        optimiserDefaults.weightDecay,
        { least: 0 },
        'Pull of matrices towards zero, times the learning rate.',
      ),
      clip: optimiser.number(
        'clip',
        optimiserDefaults.clip,
        { least: 1e-6 },
        'Gradients with a larger norm, over all parameters, are scaled down to it.',
      ),
    },
    schedule: {
      learningRate: schedule.number(
        'learningRate',
        learningRate,
        { least: 0 },
        'The largest one of the run.',
      ),
      warmup: schedule.whole(
        'warmup',
        Math.min(100, steps),
        { least: 0, most: steps },
        'Steps until it is reached, in a straight line from 0; at most `steps`.',
      ),
      final: schedule.number('final', 0.05, fraction, 'What half a cosine leaves of it at the last step.'),
    },
    checkpoints: {
      every: checkpoints.whole(
        'every',
        0,
        { least: 0 },
        'Steps between checkpoints; 0 for one at the end. There is one when a run is cancelled, too.',
      ),
      keep: checkpoints.whole(
        'keep',
        2,
        { least: 1, most: 1_000_000 },
        'The last ones that stay; the best one stays beside them.',
      ),
      bundle: checkpoints.choice(
        'bundle',
        'last',
        ['last', 'best'],
        'The checkpoint that the bundle is made from; `best` needs something to evaluate on.',
      ),
    },
    out: fields.text('out', needed('run'), 'The folder of the run.'),
    licence: fields.text('licence', 'Apache-2.0', 'Of the bundle, as an SPDX expression.'),
    trainingData: fields.text(
      'trainingData',
      trainingData,
      'What the bundle says that it was trained on. Left out: the files of `documents`.',
    ),
  }
}

/** How often a run is evaluated, and on how many sentences. */
export interface SentenceEvaluation {
  readonly every: number
  readonly sentences: number
}

export function sentenceEvaluation(fields: Fields): SentenceEvaluation {
  const evaluation = fields.object('evaluation')
  return {
    every: evaluation.whole('every', 0, { least: 0 }, 'Steps between evaluations; 0 for one at the end.'),
    sentences: evaluation.whole('sentences', 512, whole, 'Validation sentences at most, evenly spread.'),
  }
}

/** What decides the result of a run, for the trainer. */
export function settingsOf({ seed, steps, accumulate, optimiser, schedule }: RunConfig): TrainSettings {
  return { seed, steps, accumulate, optimiser, schedule }
}

/**
 * The fields of a model that a config gives as `model`, checked by the model's own `complete`, with the keys as they are
 * here.
 *
 * @param derived fields that follow from something else
 * @param about   a line on each of the others
 */
export function modelFields<C extends object, D extends keyof C & string>(
  fields: Fields,
  derived: readonly D[],
  complete: (given: Partial<C>) => C,
  about: Readonly<Record<Exclude<keyof C & string, D>, string>>,
): Partial<C> {
  const defaults = complete({})
  const names = Object.keys(about) as (keyof typeof about)[]
  const given = fields.raw(
    'model',
    Object.fromEntries(names.map((name) => [name, { value: defaults[name], about: about[name] }])),
  )
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
