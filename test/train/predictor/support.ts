import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inverterConfig } from '../../../lib/models/inverter/config.ts'
import { inverterParameters } from '../../../lib/models/inverter/parameters.ts'
import { saveInverter } from '../../../lib/models/inverter/save.ts'
import type { TrainProgress } from '../../../lib/train/core/loop.ts'
import { trainPredictor } from '../../../lib/train/predictor/train.ts'
import type { PredictorData } from '../../../lib/train/predictor/trainable.ts'
import { startValues } from '../../../lib/weights/specs.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { realTokens } from '../../support/real_tokens.ts'
import { bookLines, bookTraining } from '../tiny_books.ts'
import { tinyEncoder } from '../tiny_encoder.ts'

export const folder = temporaryFolder()
export const cacheDir = join(folder, 'cache')
export const dims = 16
writeFileSync(join(folder, 'books.jsonl'), bookLines.join('\n'))

export const encoder = tinyEncoder(dims)
/** A decoder of its texts. */
export const inverter = inverterConfig({
  ...{ space: encoder.space, dims, vocabulary: realTokens.tokenizer.size },
  ...{ start: realTokens.about.start, end: realTokens.about.end },
  ...{
    capacityTokens: 6,
    dModel: 8,
    layers: 1,
    heads: 1,
    ffn: 8,
    scales: [1],
    memoryDims: 8,
    adapterHidden: 8,
  },
})

/** Writes its bundle, and gives the name of its folder. */
export async function savedInverter(name: string, change: object = {}): Promise<string> {
  const config = inverterConfig({ ...inverter, ...change })
  await saveInverter(join(folder, name), {
    ...{ config, tokens: realTokens, licence: 'CC0-1.0', trainingData: 'none' },
    parameters: startValues(inverterParameters(config), 1),
  })
  return name
}

/** Trains on the books of `books.jsonl`, and tells of each step. */
export async function train(
  change: object,
  stopAfter?: number,
  onData: (data: PredictorData) => void = () => {},
): Promise<TrainProgress[]> {
  const told: TrainProgress[] = []
  const loadEncoder = async () => ({ ...tinyEncoder(dims), dispose: () => {} })
  const config = {
    ...bookTraining,
    steps: 8,
    split: { test: 0, validation: 0 },
    schedule: { learningRate: 0.02, warmup: 1 },
  }
  const run = trainPredictor({ ...config, ...change }, { cacheDir, folder, loadEncoder, onData })
  for await (const progress of run) {
    told.push(progress)
    if (progress.step === stopAfter) break
  }
  return told
}
