import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ConceptEncoder } from '../../concepts/encoder.ts'
import type { CallOptions } from '../../core/run_options.ts'
import type { Tokens } from '../../core/tokenizer.ts'
import { PARTS, type SplitPart } from '../../data/split.ts'
import { atomicWrite, fileError } from '../../io/files.ts'
import { type LoadOptions, loadModel } from '../../models/encoder/load.ts'
import { type InverterConfig, inverterConfig } from '../../models/inverter/config.ts'
import { inverterParameters } from '../../models/inverter/parameters.ts'
import { saveInverter } from '../../models/inverter/save.ts'
import { useLiteTokens } from '../../models/inverter/tokens.ts'
import { lastCheckpoint, METRICS_FILE, type TrainProgress, trainLoop } from '../core/loop.ts'
import { readMetrics } from '../core/metrics.ts'
import { settingsOf } from '../core/run_config.ts'
import type { TrainTask } from '../core/task.ts'
import { inverterBatches } from './batches.ts'
import { type InverterTraining, inverterTraining } from './config.ts'
import { inverterEvaluation } from './evaluation.ts'
import { inverterTask } from './task.ts'
import { inverterTexts, piecesOf } from './texts.ts'

/** The folder of the trained bundle, in the folder of the run. */
export const INVERTER_FOLDER = 'inverter'

export interface TrainInverterOptions extends CallOptions {
  /** Where converted models are kept. Default: the user's cache directory. */
  readonly cacheDir?: string | undefined
  /** What relative paths of the config begin at. Default: the working directory. */
  readonly folder?: string | undefined
  /** Forgets the checkpoints of an earlier run instead of going on. */
  readonly restart?: boolean | undefined
  /** Called once, when the data are there. */
  readonly onData?: ((data: InverterData) => void) | undefined
  /** Loads the model that makes the vectors. Default: loadModel. */
  readonly loadEncoder?:
    | ((name: string, options: LoadOptions) => Promise<ConceptEncoder & { dispose(): void }>)
    | undefined
}

/** What an inverter is trained on. */
export interface InverterData {
  readonly texts: Readonly<Record<SplitPart, readonly string[]>>
  readonly model: InverterConfig
  readonly batchesPerEpoch: number
}

/**
 * Trains an inverter as a config says (see inverterTraining), and tells after each step how it goes. The folder `out`
 * gets train.txt, validation.txt and test.txt, the sentences of each part; checkpoints, metrics.jsonl, losses.svg; and at
 * the end the bundle `inverter`, which loadInverter reads. A run that was cancelled or killed goes on from its last
 * checkpoint, bit for bit; the same config gives the same bundle on the same machine.
 *
 * @throws VmmError BAD_ARGUMENT naming the key of the config that is wrong; what inverterTexts, loadModel and
 *   trainLoop throw; the signal's reason
 */
export async function* trainInverter(
  config: unknown,
  options: TrainInverterOptions = {},
): AsyncGenerator<TrainProgress> {
  const training = inverterTraining(config)
  const { signal, threads, device, restart, cacheDir, folder = '.', loadEncoder = loadModel } = options
  const encoder = await loadEncoder(training.encoder, { cacheDir, signal })
  try {
    const tokens = await useLiteTokens({ cacheDir, signal })
    const out = resolve(folder, training.out)
    const { task, data } = await openTraining(training, encoder, tokens, folder, signal)
    options.onData?.(data)
    await writeSentences(out, data.texts)
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
    const names = Object.keys(inverterParameters(data.model))
    const measured = (await readMetrics(join(out, METRICS_FILE))).at(-1)?.evaluation
    await saveInverter(join(out, INVERTER_FOLDER), {
      config: { ...data.model, languageNll: measured?.nllWithoutVector ?? 0 },
      tokens,
      encoderFingerprint: encoder.fingerprint,
      parameters: Object.fromEntries(names.map((name) => [name, state[name]!])),
      licence: training.licence,
      trainingData: training.trainingData,
    })
  } finally {
    encoder.dispose()
  }
}

/** The sentences of each part, one a line, for evaluations. */
async function writeSentences(out: string, texts: InverterData['texts']): Promise<void> {
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw fileError(out, 'write', error)
  })
  for (const part of PARTS)
    await atomicWrite(
      join(out, `${part}.txt`),
      texts[part].map((text) => `${text.replaceAll(/\s+/g, ' ')}\n`),
    )
}

/** The task and the data of a config. */
async function openTraining(
  training: InverterTraining,
  encoder: ConceptEncoder,
  { tokenizer, about }: Tokens,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly task: TrainTask; readonly data: InverterData }> {
  const { split, heldOut, wordnet, noise, labelSmoothing, compute } = training
  const { space, dims } = encoder
  const model = inverterConfig({
    ...training.model,
    space,
    dims,
    vocabulary: tokenizer.size,
    start: about.start,
    end: about.end,
  })
  const texts = await inverterTexts(
    training.documents.map((path) => resolve(folder, path)),
    { split, heldOut, wordnet, signal },
  )
  const pieces = piecesOf(texts.train, model.capacityTokens)
  const batches = inverterBatches(model, pieces, encoder, tokenizer, {
    ...training.batch,
    seed: training.seed,
  })
  const evaluate = await inverterEvaluation(
    model,
    texts.validation,
    training.evaluation.sentences,
    encoder,
    tokenizer,
  )
  const source = createHash('sha256').update(JSON.stringify(texts.train)).digest('hex')
  const task = inverterTask({
    model,
    noise,
    labelSmoothing,
    compute,
    batches,
    data: { source, encoder: encoder.fingerprint, batch: training.batch },
    ...(evaluate ? { evaluate } : {}),
  })
  return { task, data: { texts, model, batchesPerEpoch: batches.perEpoch } }
}
