import { join } from 'node:path'
import type { Tokens } from '../../core/tokenizer.ts'
import { PARTS } from '../../data/split.ts'
import { atomicWrite } from '../../io/files.ts'
import { type InverterConfig, inverterConfig } from '../../models/inverter/config.ts'
import type { SentenceSpread } from '../../models/inverter/likeness.ts'
import { saveInverter } from '../../models/inverter/save.ts'
import { loadEncoder } from '../../models/load_encoder.ts'
import { loadInverter } from '../../models/load_inverter.ts'
import type { LoadOptions } from '../../models/load_options.ts'
import { defineTrainable } from '../core/trainable.ts'
import { inverterBatches } from './batches.ts'
import { type InverterTraining, readInverterTraining } from './config.ts'
import { inverterEvaluation } from './evaluation.ts'
import { openLearned } from './learned.ts'
import { trainingWords } from './lexicon.ts'
import { sentenceSpread } from './spread.ts'
import { inverterTask } from './task.ts'
import { aboutTexts, hashOfTexts, inverterTexts, piecesOf, type SplitTexts } from './texts.ts'

/** What an inverter is trained on. */
export interface InverterData {
  readonly texts: SplitTexts
  readonly model: InverterConfig
  readonly batchesPerEpoch: number
  /** What the inverter writes: those of the encoder, where it has tokens that spell texts. */
  readonly tokens: Tokens
  /** Of the sentences that it is trained on. */
  spread(): Promise<SentenceSpread>
}

export const trainable = defineTrainable<InverterTraining, InverterData>({
  name: 'inverter',
  what: 'a model that turns vectors back into text',
  unit: 'tokens',
  bundle: 'inverter',
  best: { measure: 'nll', better: 'low' },
  config: readInverterTraining,
  open: async (training, { encoder, signal, cacheDir, modelFolder }) => {
    const { space, dims, fingerprint } = encoder
    const tokens = encoder.tokens ?? (await defaultTokens({ cacheDir, signal }))
    const { tokenizer, about } = tokens
    const { seed, batch, noise, hintLoss, labelSmoothing, compute } = training
    const ids = { space, dims, vocabulary: tokenizer.size, start: about.start, end: about.end }
    const { from } = training
    const learned = from === '' ? null : await openLearned(await modelFolder('from', from), ids, cacheDir)
    const model = inverterConfig({ ...learned?.config, ...training.model, ...ids, languageNll: 0 })
    const texts = await inverterTexts(training.documents, { ...training, signal })
    const pieces = piecesOf(texts.train, model.capacityTokens)
    const batches = inverterBatches(model, pieces, encoder, tokenizer, { ...batch, seed })
    const { sentences } = training.evaluation
    const evaluate = await inverterEvaluation(model, texts.validation, sentences, encoder, tokenizer)
    const source = hashOfTexts(texts)
    const task = inverterTask({
      model,
      noise,
      hintLoss,
      labelSmoothing,
      compute,
      batches,
      learned: await learned?.weights(model),
      data: { source, encoder: fingerprint, batch, ...(learned ? { from: learned.fingerprint } : {}) },
      ...(evaluate ? { evaluate } : {}),
    })
    const spread = () => sentenceSpread(texts.train, encoder, { signal })
    const data = { texts, model, batchesPerEpoch: batches.perEpoch, tokens, spread }
    await writeSentences(training.out, texts)
    return { task, data, about: aboutTexts(texts, batches.perEpoch, 'the model', model) }
  },
  save: async (folder, { training, data, parameters, encoderFingerprint, evaluation }) => {
    const languageNll = (await evaluation())?.nllWithoutVector ?? 0
    await saveInverter(folder, {
      config: inverterConfig({ ...data.model, languageNll }),
      tokens: data.tokens,
      lexicon: await trainingWords(data.texts.train),
      spread: await data.spread(),
      encoderFingerprint,
      parameters,
      licence: training.licence,
      trainingData: training.trainingData,
    })
  },
  sample: {
    config: {
      model: {
        ...{ dModel: 16, layers: 1, heads: 2, ffn: 16, capacityTokens: 16 },
        ...{ scales: [2], memoryDims: 8, adapterHidden: 8 },
      },
      split: { validation: 0.2, test: 0.1 },
      batch: { texts: 8 },
      evaluation: { every: 3, sentences: 20 },
      steps: 7,
    },
    load: (folder, encoder) => loadInverter(folder, { encoder }),
  },
})

/** What inverters write whose encoder has no tokens that spell texts, as published ones: those of the default one. */
export async function defaultTokens(options: LoadOptions): Promise<Tokens> {
  await using encoder = await loadEncoder(undefined, options)
  return encoder.tokens!
}

/**
 * The sentences of each part, one a line, for evaluations, those for tests also by the file that they are from; and the
 * documents that were left out, with what they are like.
 */
export async function writeSentences(out: string, texts: SplitTexts): Promise<void> {
  const write = (name: string, sentences: readonly string[]) =>
    atomicWrite(
      join(out, name),
      sentences.map((text) => `${text.replaceAll(/\s+/g, ' ')}\n`),
    )
  for (const part of PARTS) await write(`${part}.txt`, texts[part])
  if (texts.tests.size > 1)
    for (const [name, sentences] of texts.tests) await write(`test.${name}.txt`, sentences)
  await atomicWrite(join(out, 'near_duplicates.json'), [`${JSON.stringify(texts.nearDuplicates, null, 2)}\n`])
}
