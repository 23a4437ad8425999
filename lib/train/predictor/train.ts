import { join, resolve } from 'node:path'
import type { ConceptEncoder } from '../../concepts/encoder.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { joinDocuments } from '../../data/documents/join.ts'
import { openDocuments, type VectorDocuments } from '../../data/documents/open.ts'
import { splitDocuments } from '../../data/split.ts'
import { documentKey, TRAINED_FILE, trainedJson } from '../../evaluate/suites/predictor/trained.ts'
import { type LoadOptions, loadModel } from '../../models/encoder/load.ts'
import { type PredictorConfig, predictorConfig } from '../../models/predictor/config.ts'
import { predictorParameters } from '../../models/predictor/parameters.ts'
import { savePredictor } from '../../models/predictor/save.ts'
import { lastCheckpoint, type TrainProgress, trainLoop } from '../core/loop.ts'
import { settingsOf } from '../core/run_config.ts'
import type { TrainTask } from '../core/task.ts'
import { predictorBatches } from './batches.ts'
import { type PredictorTraining, predictorTraining } from './config.ts'
import { type TrainingDomains, trainingDomains } from './domains.ts'
import { predictorEvaluation } from './evaluation.ts'
import { predictorTask } from './task.ts'

/** The folder of the trained bundle, in the folder of the run. */
export const BUNDLE_FOLDER = 'predictor'

export interface TrainPredictorOptions extends CallOptions {
  /** Where vectors of documents and converted models are kept. Default: the user's cache directory. */
  readonly cacheDir?: string | undefined
  /** What relative paths of the config begin at. Default: the working directory. */
  readonly folder?: string | undefined
  /** Forgets the checkpoints of an earlier run instead of going on. */
  readonly restart?: boolean | undefined
  /** Called with the sentences done so far, while documents are encoded for the first time. */
  readonly onEncoding?: ((sentences: number) => void) | undefined
  /** Called once, when the data are there. */
  readonly onData?: ((data: TrainingData) => void) | undefined
  /** Loads the model that makes the vectors. Default: loadModel. */
  readonly loadEncoder?:
    | ((name: string, options: LoadOptions) => Promise<ConceptEncoder & { dispose(): void }>)
    | undefined
}

/** What a predictor is trained on. */
export interface TrainingData {
  readonly documents: VectorDocuments
  readonly domains: TrainingDomains | null
  readonly split: Readonly<Record<'train' | 'validation' | 'test', readonly number[]>>
  readonly model: PredictorConfig
  /** Batches of an epoch, and documents for training that are too short for a window. */
  readonly batchesPerEpoch: number
  readonly tooShort: number
}

/**
 * Trains a predictor as a config says (see predictorTraining), and tells after each step how it goes. Documents are
 * encoded on first use. The folder `out` gets checkpoints, metrics.jsonl, losses.svg, and at the end the bundle
 * `predictor`, which loadPredictor reads and which names the documents that it was trained and validated on. A run that was cancelled or killed goes on from its last checkpoint, bit for
 * bit; the same config gives the same bundle on the same machine.
 *
 * @throws VmmError BAD_ARGUMENT naming the key of the config that is wrong; what openDocuments, loadModel and trainLoop
 *   throw; the signal's reason
 */
export async function* trainPredictor(
  config: unknown,
  options: TrainPredictorOptions = {},
): AsyncGenerator<TrainProgress> {
  const training = predictorTraining(config)
  const { signal, threads, device, restart, folder: base = '.' } = options
  const out = resolve(base, training.out)
  await using data = await openTraining(training, options)
  const { task, model, documents, split } = data
  yield* trainLoop(task, settingsOf(training), {
    folder: out,
    evaluateEvery: training.evaluation.every || undefined,
    checkpointEvery: training.checkpoints.every || undefined,
    keep: training.checkpoints.keep,
    restart,
    signal,
    threads,
    device,
  })
  const { state } = (await lastCheckpoint(out, task))!
  const names = Object.keys(predictorParameters(model))
  await savePredictor(join(out, BUNDLE_FOLDER), {
    config: model,
    parameters: Object.fromEntries(names.map((name) => [name, state[name]!])),
    licence: training.licence,
    trainingData: training.trainingData,
    files: { [TRAINED_FILE]: await trainedOn(documents, [...split.train, ...split.validation], signal) },
  })
}

/** The list of documents that an evaluation leaves out. */
async function trainedOn(
  documents: VectorDocuments,
  indices: readonly number[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const keys: string[] = []
  for (const i of indices) {
    signal?.throwIfAborted()
    keys.push(documentKey((await documents.document(i)).texts()))
  }
  return trainedJson(keys)
}

interface Opened extends Pick<TrainingData, 'documents' | 'split' | 'model'> {
  readonly task: TrainTask
}

/** The task and the data of a config. */
async function openTraining(
  training: PredictorTraining,
  options: TrainPredictorOptions,
): Promise<AsyncDisposable & Opened> {
  const { signal, threads, cacheDir, folder: base = '.', onEncoding, loadEncoder = loadModel } = options
  const opened: VectorDocuments[] = []
  const dispose = async () => {
    for (const documents of opened) await documents.dispose()
  }
  const encoder = await loadEncoder(training.encoder, { cacheDir, signal })
  try {
    for (const path of training.documents)
      opened.push(
        await openDocuments(resolve(base, path), encoder, {
          cacheDir,
          signal,
          threads,
          onProgress: onEncoding,
        }),
      )
    const documents = joinDocuments(opened)
    const split = splitDocuments(documents.documents, training.split)
    const { space, dims } = encoder
    const { experts } = predictorConfig({ ...training.model, space, dims })
    const domains =
      training.domains === 'none' || experts === 1
        ? null
        : await trainingDomains(training.domains, documents, split.train, encoder, {
            experts,
            cacheDir,
            signal,
            threads,
          })
    const model = predictorConfig({ ...training.model, space, dims, domains: domains?.names ?? [] })
    const batches = predictorBatches(
      model,
      documents,
      split.train,
      domains?.expertOfGroup ?? (() => undefined),
      {
        ...training.batch,
        seed: training.seed,
      },
    )
    const evaluate = predictorEvaluation(model, documents, split.validation, training.evaluation)
    const task = predictorTask({
      model,
      losses: training.losses,
      regularisation: training.regularisation,
      compute: training.compute,
      batches,
      domains,
      data: {
        source: documents.sourceHash,
        encoder: encoder.fingerprint,
        split: training.split,
        domains: training.domains,
        batch: training.batch,
      },
      ...(evaluate ? { evaluate } : {}),
    })
    const { perEpoch, tooShort } = batches.windows
    options.onData?.({ documents, domains, split, model, batchesPerEpoch: perEpoch, tooShort })
    return { task, model, documents, split, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  } finally {
    encoder.dispose()
  }
}
