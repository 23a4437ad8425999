import { joinDocuments } from '../../data/documents/join.ts'
import { openDocuments, type VectorDocuments } from '../../data/documents/open.ts'
import { openStoredDocuments } from '../../data/documents/stored.ts'
import { splitDocuments } from '../../data/split.ts'
import { documentKey, TRAINED_FILE, trainedJson } from '../../evaluate/suites/predictor/trained.ts'
import { type PredictorConfig, predictorConfig } from '../../models/predictor/config.ts'
import { loadPredictor } from '../../models/predictor/load.ts'
import { predictorParameters } from '../../models/predictor/parameters.ts'
import { savePredictor } from '../../models/predictor/save.ts'
import { holdsStore } from '../../store/places.ts'
import { parameterCount } from '../../weights/specs.ts'
import { defineTrainable, type OpenedTraining, type TrainContext } from '../core/trainable.ts'
import { predictorBatches } from './batches.ts'
import { type PredictorTraining, readPredictorTraining } from './config.ts'
import { spaceCoordinates } from './coordinates.ts'
import { type FrozenDecoder, openDecoder } from './decoder.ts'
import { type TrainingDomains, trainingDomains } from './domains.ts'
import { predictorEvaluation } from './evaluation.ts'
import { withNextTexts } from './next_texts.ts'
import { predictorTask } from './task.ts'

/** What a predictor is trained on. */
export interface PredictorData {
  readonly documents: VectorDocuments
  readonly domains: TrainingDomains | null
  readonly split: Readonly<Record<'train' | 'validation' | 'test', readonly number[]>>
  readonly model: PredictorConfig
  /** Batches of an epoch, and documents for training that are too short for a window. */
  readonly batchesPerEpoch: number
  readonly tooShort: number
}

export const trainable = defineTrainable<PredictorTraining, PredictorData>({
  name: 'predictor',
  what: 'a model that predicts the next concept of a text',
  unit: 'concepts',
  bundle: 'predictor',
  best: { measure: 'contrastiveAccuracy', better: 'high' },
  config: readPredictorTraining,
  open: async (training, context) => {
    const opened: Opened = []
    const dispose = async () => {
      for (const part of opened) await part.dispose()
    }
    try {
      return { ...(await openTraining(training, context, opened)), dispose }
    } catch (error) {
      await dispose()
      throw error
    }
  },
  save: async (folder, { training, data, parameters, encoderFingerprint, signal }) => {
    const { documents, model, split } = data
    await savePredictor(folder, {
      config: model,
      parameters,
      licence: training.licence,
      trainingData: training.trainingData,
      encoderFingerprint,
      files: { [TRAINED_FILE]: await trainedOn(documents, [...split.train, ...split.validation], signal) },
    })
  },
  sample: {
    config: {
      model: { dModel: 8, experts: 2, blocks: 1, dState: 2, routerHidden: 4 },
      split: { validation: 0.2, test: 0.1 },
      batch: { rows: 64, window: 16, minimum: 4, prefix: [1, 3] },
      evaluation: { every: 4, context: 4 },
      steps: 12,
    },
    load: (folder) => loadPredictor(folder),
  },
})

type Opened = { dispose(): void | Promise<void> }[]

/** @param opened gets what is to be disposed, as soon as it is open */
async function openTraining(
  training: PredictorTraining,
  context: TrainContext,
  opened: Opened,
): Promise<OpenedTraining<PredictorData>> {
  const { encoder, signal, threads, cacheDir, onEncoding } = context
  let decoder: FrozenDecoder | null = null
  if (training.losses.text > 0) {
    const folder = await context.modelFolder('inverter', training.inverter)
    decoder = await openDecoder(folder, encoder, context)
    opened.push(decoder)
  }
  const files: VectorDocuments[] = []
  for (const path of training.documents) {
    const file = (await holdsStore(path))
      ? await openStoredDocuments(path, encoder, { signal })
      : await openDocuments(path, encoder, { cacheDir, signal, threads, onProgress: onEncoding })
    opened.push(file)
    files.push(file)
  }
  const documents = joinDocuments(files)
  const { heldOut, reserved } = training
  const split = splitDocuments(documents.documents, { split: training.split, heldOut, reserved })
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
  const coordinates = model.standardised ? await spaceCoordinates(documents, split.train, signal) : null
  const expertOf = domains?.expertOfGroup ?? (() => undefined)
  const { texts, ...batch } = training.batch
  const { seed } = training
  const vectors = predictorBatches(model, documents, split.train, expertOf, { ...batch, seed })
  const batches = decoder ? withNextTexts(vectors, documents, split.train, decoder, { texts, seed }) : vectors
  const evaluate = predictorEvaluation(model, documents, split.validation, training.evaluation)
  const task = predictorTask({
    model,
    losses: training.losses,
    regularisation: training.regularisation,
    compute: training.compute,
    batches,
    decoder,
    domains,
    coordinates,
    data: {
      source: documents.sourceHash,
      encoder: encoder.fingerprint,
      split: training.split,
      ...(heldOut.length > 0 ? { heldOut } : {}),
      ...(reserved.length > 0 ? { reserved } : {}),
      domains: training.domains,
      batch,
      ...(decoder ? { inverter: decoder.fingerprint, texts } : {}),
    },
    ...(evaluate ? { evaluate } : {}),
  })
  const { perEpoch, tooShort } = batches.windows
  const data = { documents, domains, split, model, batchesPerEpoch: perEpoch, tooShort }
  return { task, data, about: aboutData(data) }
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

function aboutData({ documents, split, domains, model, batchesPerEpoch, tooShort }: PredictorData): string[] {
  const count = (n: number) => n.toLocaleString('en')
  const { empty, repeated, unusable } = documents.dropped
  const lines = [
    `${count(documents.sentences)} sentences of ${count(documents.count)} documents: ${count(split.train.length)} to train on, ` +
      `${count(split.validation.length)} to evaluate, ${count(split.test.length)} kept for tests`,
    `dropped: ${count(empty)} empty, ${count(repeated)} that repeat the one before, ${count(unusable)} without a usable vector; ` +
      `${count(documents.truncated)} are longer than the encoder reads`,
    `an epoch has ${count(batchesPerEpoch)} batches; ${count(tooShort)} documents are too short for a window`,
    `the model has ${count(parameterCount(predictorParameters(model)))} parameters`,
  ]
  if (domains) {
    const { names, expertOf } = domains
    const experts = Math.max(...Array.from(expertOf)) + 1
    for (let expert = 0; expert < experts; expert++)
      lines.push(`expert ${expert}: ${names.filter((_, i) => expertOf[i] === expert).join(', ')}`)
  }
  return lines
}
