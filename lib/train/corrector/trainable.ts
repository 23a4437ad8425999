import { WEIGHTS_FILE } from '../../bundle/save.ts'
import { bundleFile } from '../../bundle/verify.ts'
import { badArgument } from '../../core/errors.ts'
import { inverterConfig } from '../../models/inverter/config.ts'
import type { InverterBundle } from '../../models/inverter/load.ts'
import { saveInverter } from '../../models/inverter/save.ts'
import { loadInverter } from '../../models/load_inverter.ts'
import type { Lexicon } from '../../text/lexicon.ts'
import { defineTrainable, type OpenedTraining, type TrainContext } from '../core/trainable.ts'
import { inverterBatches } from '../inverter/batches.ts'
import { inverterEvaluation } from '../inverter/evaluation.ts'
import { learnedWeights } from '../inverter/learned.ts'
import { openOnInverter } from '../inverter/open.ts'
import { sentenceSpread } from '../inverter/spread.ts'
import { inverterTask } from '../inverter/task.ts'
import { aboutTexts, hashOfTexts, inverterTexts, piecesOf } from '../inverter/texts.ts'
import type { InverterData } from '../inverter/trainable.ts'
import { type CorrectorTraining, readCorrectorTraining } from './config.ts'
import { writeBefore } from './write.ts'

/** What a corrector is trained on. */
export interface CorrectorData extends InverterData {
  /** Words that its texts have; null for all that its tokens spell. */
  readonly lexicon: Lexicon | null
}

export const trainable = defineTrainable<CorrectorTraining, CorrectorData>({
  name: 'corrector',
  what: 'an inverter that reads what it has written, and writes it better',
  unit: 'tokens',
  bundle: 'inverter',
  best: { measure: 'nllCorrected', better: 'low' },
  config: readCorrectorTraining,
  open: (training, context) =>
    openOnInverter(training.inverter, context, (parts) => openTraining(training, context, parts)),
  save: async (folder, { training, data, parameters, encoderFingerprint, evaluation }) => {
    const { model, tokens, lexicon, spread } = data
    const languageNll = (await evaluation())?.nllWithoutVector ?? model.languageNll
    await saveInverter(folder, {
      config: inverterConfig({ ...model, languageNll }),
      tokens,
      ...(lexicon ? { lexicon: lexicon.lists.flat() } : {}),
      spread: await spread(),
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
      hypothesisLayers: 1,
      split: { validation: 0.2, test: 0.1 },
      batch: { texts: 8 },
      evaluation: { every: 3, sentences: 12 },
      steps: 6,
    },
    load: (folder, encoder) => loadInverter(folder, { encoder }),
  },
})

/** The longest blur over the shortest, which hides nothing: two vectors in five are moved by less than 1 in 100. */
const LENGTHS = 1000

async function openTraining(
  training: CorrectorTraining,
  { encoder, signal }: TrainContext,
  { bundle, network, fingerprint }: InverterBundle,
): Promise<OpenedTraining<CorrectorData>> {
  const { config: base, tokens, lexicon } = network
  const { batch, noise, blur, hintLoss, labelSmoothing, compute, seed, hypothesisLayers } = training
  if (base.hypothesisLayers > 0)
    throw badArgument('inverter', 'one that reads what was written before', 'one that does not do so yet')
  if (blur > 0 && base.noiseRange !== null)
    throw badArgument('blur', String(blur), '0: the inverter is told of blurred vectors already')
  const noiseRange = blur > 0 ? ([blur / LENGTHS, blur] as const) : base.noiseRange
  const model = inverterConfig({ ...base, hypothesisLayers, noiseRange })
  const texts = await inverterTexts(training.documents, { ...training, signal })
  const pieces = piecesOf(texts.train, model.capacityTokens)
  const write = writeBefore(network, encoder, batch)
  const batches = inverterBatches(model, pieces, encoder, tokens.tokenizer, { ...batch, seed, write })
  const { sentences } = training.evaluation
  const drawn = writeBefore(network, encoder, { ...batch, drawn: 1, corrupted: 0 })
  const evaluate = await inverterEvaluation(
    model,
    texts.validation,
    sentences,
    encoder,
    tokens.tokenizer,
    drawn,
  )
  const source = hashOfTexts(texts)
  const learned = await learnedWeights(base, model, bundleFile(bundle.folder, bundle.manifest, WEIGHTS_FILE))
  const task = inverterTask({
    model,
    noise,
    hintLoss,
    labelSmoothing,
    compute,
    batches,
    // It goes on from what the inverter has learned.
    learned,
    data: { source, encoder: encoder.fingerprint, inverter: fingerprint, batch },
    ...(evaluate ? { evaluate } : {}),
  })
  const spread = () => sentenceSpread(texts.train, encoder, { signal })
  const data = { texts, model, batchesPerEpoch: batches.perEpoch, tokens, lexicon, spread }
  return {
    task: { ...task, name: 'corrector' },
    data,
    about: aboutTexts(texts, batches.perEpoch, 'the model', model),
  }
}
