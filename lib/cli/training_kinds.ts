import { inverterParameters } from '../models/inverter/parameters.ts'
import { predictorParameters } from '../models/predictor/parameters.ts'
import type { TrainProgress } from '../train/core/loop.ts'
import { inverterTraining } from '../train/inverter/config.ts'
import {
  INVERTER_FOLDER,
  type InverterData,
  type TrainInverterOptions,
  trainInverter,
} from '../train/inverter/train.ts'
import { predictorTraining } from '../train/predictor/config.ts'
import { BUNDLE_FOLDER, type TrainingData, trainPredictor } from '../train/predictor/train.ts'
import { surrogateTraining } from '../train/surrogate/config.ts'
import { trainSurrogate } from '../train/surrogate/train.ts'
import { parameterCount } from '../weights/specs.ts'

/** What a run is told, and whom it tells how it goes. */
export interface TrainingRun extends Omit<TrainInverterOptions, 'onData'> {
  /** Called with the sentences done so far, while documents are encoded for the first time. */
  readonly onEncoding: (sentences: number) => void
  /** Called once, with what the model is trained on, as lines for people. */
  readonly onData: (about: string) => void
}

/** Something that can be trained. */
export interface TrainingKind {
  /** What it is, as a part of a sentence. */
  readonly what: string
  /** What its data are counted in. */
  readonly unit: string
  /** The folder of a run, as its config gives it. Throws VmmError BAD_ARGUMENT that names the key that is wrong. */
  out(config: unknown): string
  /** The folder of the trained bundle, in that of the run. */
  readonly bundle: string
  train(config: unknown, run: TrainingRun): AsyncGenerator<TrainProgress>
}

/** All that `vmm train` trains, by name. */
export const TRAINING_KINDS: Readonly<Record<string, TrainingKind>> = {
  predictor: {
    what: 'a model that predicts the next concept of a text',
    unit: 'concepts',
    out: (config) => predictorTraining(config).out,
    bundle: BUNDLE_FOLDER,
    train: (config, { onData, ...run }) =>
      trainPredictor(config, { ...run, onData: (data) => onData(aboutDocuments(data)) }),
  },
  inverter: {
    what: 'a model that turns vectors back into text',
    unit: 'tokens',
    out: (config) => inverterTraining(config).out,
    bundle: INVERTER_FOLDER,
    train: (config, { onData, ...run }) =>
      trainInverter(config, { ...run, onData: (data) => onData(aboutTexts(data, 'the model')) }),
  },
  surrogate: {
    what: "what guesses how near an inverter's texts are before they are encoded",
    unit: 'texts',
    out: (config) => surrogateTraining(config).out,
    bundle: INVERTER_FOLDER,
    train: (config, { onData, ...run }) =>
      trainSurrogate(config, { ...run, onData: (data) => onData(aboutTexts(data, 'its inverter')) }),
  },
}

const count = (n: number) => n.toLocaleString('en')

function aboutDocuments({
  documents,
  split,
  domains,
  model,
  batchesPerEpoch,
  tooShort,
}: TrainingData): string {
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
  return `${lines.join('\n')}\n`
}

function aboutTexts({ texts, model, batchesPerEpoch }: InverterData, who: string): string {
  const { train, validation, test } = texts
  return (
    `${count(train.length)} texts to train on, ${count(validation.length)} to evaluate, ${count(test.length)} kept for tests\n` +
    `an epoch has ${count(batchesPerEpoch)} batches; ${who} has ${count(parameterCount(inverterParameters(model)))} parameters ` +
    `and writes up to ${count(model.capacityTokens)} tokens\n`
  )
}
