import { bundleFile } from '../../bundle/verify.ts'
import type { Encoder } from '../../core/encoder.ts'
import { requireSameSpace } from '../../core/space.ts'
import { type InverterConfig, inverterConfig } from '../../models/inverter/config.ts'
import { type SentenceSpread, spreadParameters } from '../../models/inverter/likeness.ts'
import { type InverterBundle, loadInverterParts } from '../../models/inverter/load.ts'
import { SPREAD_FILE, saveInverter } from '../../models/inverter/save.ts'
import type { LanguageModel } from '../../models/lm/language_model.ts'
import { loadLanguageModel } from '../../models/lm/load.ts'
import { loadInverter } from '../../models/load_inverter.ts'
import { readTensor } from '../../tensor/device_tensor.ts'
import { openWeights } from '../../weights/weight_set.ts'
import type { TrainTask } from '../core/task.ts'
import { defineTrainable, type OpenedTraining, type TrainContext } from '../core/trainable.ts'
import { inverterEvaluation } from '../inverter/evaluation.ts'
import { aboutTexts, hashOfTexts, inverterTexts, piecesOf, type SplitTexts } from '../inverter/texts.ts'
import { selfCriticalBatches } from './batches.ts'
import { readSelfCriticalTraining, type SelfCriticalTraining } from './config.ts'
import { selfCriticalEvaluation } from './evaluation.ts'
import { rewardTexts } from './rewards.ts'
import { selfCriticalTask } from './task.ts'

/** What an inverter is trained on that judges itself. */
export interface SelfCriticalData {
  readonly texts: SplitTexts
  readonly model: InverterConfig
  readonly batchesPerEpoch: number
}

interface OpenedData extends SelfCriticalData {
  /** The bundle of stage 1. */
  readonly stageOne: InverterBundle
}

export const trainable = defineTrainable<SelfCriticalTraining, OpenedData>({
  name: 'self-critical',
  what: 'an inverter that goes on by what its own texts are worth',
  unit: 'tokens',
  bundle: 'inverter',
  best: { measure: 'score', better: 'high' },
  config: readSelfCriticalTraining,
  open: async (training, context) => {
    const { cacheDir, signal } = context
    const folder = await context.modelFolder('inverter', training.inverter)
    const stageOne = await loadInverterParts(folder, { cacheDir, signal, weights: 'plain' })
    const opened: { dispose(): void }[] = [stageOne]
    const dispose = () => {
      for (const one of opened.splice(0)) one.dispose()
    }
    try {
      requireSameSpace(stageOne.network.config, context.encoder)
      const judge =
        training.judge === ''
          ? null
          : await loadLanguageModel(await context.modelFolder('judge', training.judge), { cacheDir, signal })
      if (judge) opened.push(judge)
      return { ...(await openTraining(training, context, stageOne, judge)), dispose }
    } catch (error) {
      dispose()
      throw error
    }
  },
  save: async (folder, { training, data, parameters, encoderFingerprint, evaluation }) => {
    const { model, stageOne } = data
    const { tokens, lexicon } = stageOne.network
    const languageNll = (await evaluation())?.nllWithoutVector ?? model.languageNll
    await saveInverter(folder, {
      config: inverterConfig({ ...model, languageNll }),
      tokens,
      ...(lexicon ? { lexicon: lexicon.lists.flat() } : {}),
      spread: await spreadOf(stageOne),
      encoderFingerprint,
      parameters,
      licence: training.licence,
      trainingData: training.trainingData,
    })
  },
  sample: {
    after: 'inverter',
    config: {
      inverter: 'inverter/inverter',
      split: { validation: 0.2, test: 0.1 },
      batch: { texts: 4, samples: 2 },
      evaluation: { every: 3, sentences: 12 },
      steps: 6,
    },
    load: (folder, encoder) => loadInverter(folder, { encoder }),
  },
})

async function openTraining(
  training: SelfCriticalTraining,
  { encoder, signal }: TrainContext,
  stageOne: InverterBundle,
  judge: LanguageModel | null,
): Promise<OpenedTraining<OpenedData>> {
  const { network } = stageOne
  const { config: model } = network
  const { batch, losses, baseline, judgeWeight, seed } = training
  const reward = rewardTexts(network, encoder, training.reward)
  const texts = await inverterTexts(training.documents, { ...training, signal })
  const batches = selfCriticalBatches(network, piecesOf(texts.train, model.capacityTokens), encoder, {
    ...{ batch, baseline, seed, reward },
    trueTexts: losses.texts > 0,
  })
  const { samples, temperature } = batch
  const evaluate = await evaluationOf(training, texts.validation, encoder, {
    ...{ stageOne: network, encoder, reward, judge, judgeWeight },
    most: training.evaluation.sentences,
  })
  const task = selfCriticalTask({
    ...training,
    ...{ model, stageOne: network.weights, batches, samples, temperature, losses },
    data: {
      source: hashOfTexts(texts),
      encoder: encoder.fingerprint,
      inverter: stageOne.fingerprint,
      ...{ reward: training.reward, baseline, batch },
      ...(judge ? { judge: judge.fingerprint } : {}),
      judgeWeight,
    },
    ...(evaluate ? { evaluate } : {}),
  })
  const { perEpoch } = batches
  return {
    task,
    data: { texts, model, batchesPerEpoch: perEpoch, stageOne },
    about: [
      ...aboutTexts(texts, perEpoch, 'the model', model),
      `its language is judged by ${judge?.name ?? 'stage 1 without vectors'}`,
    ],
  }
}

/** What the texts are worth, and how well the decoder knows the true ones. */
async function evaluationOf(
  { evaluation: { sentences } }: SelfCriticalTraining,
  texts: readonly string[],
  encoder: Encoder,
  options: Parameters<typeof selfCriticalEvaluation>[1],
): Promise<TrainTask['evaluate']> {
  const { config, tokens } = options.stageOne
  const written = await selfCriticalEvaluation(texts, options)
  const known = await inverterEvaluation(config, texts, sentences, encoder, tokens.tokenizer)
  if (!written || !known) return undefined
  return async (parameters, run) => ({
    ...(await written(parameters, run)),
    ...(await known(parameters, run)),
  })
}

/** How sentences spread, where the bundle says it. */
async function spreadOf({ bundle, network }: InverterBundle): Promise<SentenceSpread | undefined> {
  const { folder, manifest } = bundle
  if (!Object.hasOwn(manifest.files, SPREAD_FILE)) return undefined
  const specs = spreadParameters(network.config.dims)
  using opened = await openWeights([bundleFile(folder, manifest, SPREAD_FILE)], { specs })
  const values = (name: string) => readTensor(opened.get(name)) as Float32Array
  return { mean: values('mean'), precision: values('precision') }
}
