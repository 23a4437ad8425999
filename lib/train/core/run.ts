import { join } from 'node:path'
import type { Encoder } from '../../core/encoder.ts'
import { badArgument } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions } from '../../core/run_options.ts'
import { lockFile } from '../../io/lock.ts'
import { loadEncoder as loadNamed } from '../../models/load_encoder.ts'
import type { LoadOptions } from '../../models/load_options.ts'
import type { LoadEncoderOptions } from '../../models/published/options.ts'
import { bestCheckpoint, checkpointMeasures } from './best.ts'
import { listCheckpoints, loadCheckpoint } from './checkpoints.ts'
import { type TrainProgress, trainLoop } from './loop.ts'
import { encoderName, modelFolder } from './model_paths.ts'
import { stateShapes } from './optimiser.ts'
import { type DocumentRunConfig, settingsOf } from './run_config.ts'
import type { OpenedRun, Trainable } from './trainable.ts'

/** A run holds this file in its folder, so that there is one run at a time. */
export const LOCK_FILE = 'train.lock'

/** How a run is made, whatever it trains. `D` is what it tells of its data. */
export interface TrainOptions<D = unknown> extends CallOptions {
  /** Where vectors of documents and converted models are kept. Default: the user's cache directory. */
  readonly cacheDir?: string | undefined
  /** What relative paths of the config begin at: its folder. Default: the working directory. */
  readonly folder?: string | undefined
  /** Forgets the checkpoints of an earlier run instead of going on. */
  readonly restart?: boolean | undefined
  /** Called with the sentences done so far, while documents are encoded for the first time. */
  readonly onEncoding?: ((sentences: number) => void) | undefined
  /** Called once, when the data are there; `about` tells people of them, in lines. */
  readonly onData?: ((data: D, about: readonly string[]) => void) | undefined
  /** Loads the model that makes the vectors; it is disposed when the run ends. Default: loadEncoder. */
  readonly loadEncoder?:
    | ((name: string, options: LoadOptions & Pick<LoadEncoderOptions, 'head'>) => Promise<Encoder>)
    | undefined
}

const TRAIN_OPTIONS = {
  ...CALL_OPTIONS,
  cacheDir: true,
  folder: true,
  restart: true,
  onEncoding: true,
  onData: true,
  loadEncoder: true,
} as const satisfies OptionNames<TrainOptions>

/** Trains what a trainable defines, as trainModel tells, which throws likewise. */
export async function* runTraining<D>(
  trainable: Trainable<D>,
  config: unknown,
  options: TrainOptions<D> = {},
): AsyncGenerator<TrainProgress> {
  refuseUnknown<TrainOptions<D>>(options, TRAIN_OPTIONS)
  const { folder = '.', cacheDir, onEncoding, restart, signal, threads, device } = options
  const { loadEncoder = loadNamed } = options
  const { training, encoderForm, open } = trainable.configure(config, folder)
  if (training.checkpoints.bundle === 'best' && !trainable.best) throw noBest('it has no evaluation')
  signal?.throwIfAborted()
  await using lock = await lockFile(join(training.out, LOCK_FILE), { wait: false, signal })
  const encoder = await loadEncoder(await encoderName(folder, training.encoder), {
    ...{ cacheDir, signal },
    ...encoderForm,
  })
  try {
    const opened = await open({
      ...{ encoder, cacheDir, onEncoding, signal, threads },
      modelFolder: (key, name) => modelFolder(folder, key, name),
    })
    try {
      const { task, data, about } = opened
      if (training.checkpoints.bundle === 'best' && !task.evaluate)
        throw noBest('there is nothing to evaluate on')
      options.onData?.(data, about)
      yield* trainLoop(task, settingsOf(training), {
        folder: training.out,
        evaluateEvery: training.evaluation?.every || undefined,
        checkpointEvery: training.checkpoints.every || undefined,
        keep: training.checkpoints.keep,
        best: trainable.best,
        beforeCheckpoint: lock.check,
        ...{ restart, signal, threads, device },
      })
      await lock.check()
      await saveBundle(trainable, training, opened, encoder.fingerprint, { signal, threads, device })
    } finally {
      await opened.dispose?.()
    }
  } finally {
    encoder.dispose()
  }
}

/** Makes the bundle from the checkpoint that the config asks for. */
async function saveBundle<D>(
  { best, bundle }: Trainable<D>,
  { out, checkpoints }: DocumentRunConfig,
  { task, save }: OpenedRun<D>,
  encoderFingerprint: string,
  run: CallOptions,
): Promise<void> {
  let [step] = await listCheckpoints(out)
  if (checkpoints.bundle === 'best') {
    step = (await bestCheckpoint(out, best!))?.step
    if (step === undefined) throw noBest(`no evaluation gave a number for ${best!.measure}`)
  }
  const { state } = await loadCheckpoint(out, step!, stateShapes(task))
  await save(join(out, bundle), {
    parameters: Object.fromEntries(Object.keys(task.parameters).map((name) => [name, state[name]!])),
    encoderFingerprint,
    evaluation: () => checkpointMeasures(out, step!, task, run),
    signal: run.signal,
  })
}

function noBest(why: string) {
  return badArgument('checkpoints.bundle', '"best"', `last: ${why}`)
}
