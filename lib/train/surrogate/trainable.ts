import { pieceBatches } from '../../data/piece_batches.ts'
import type { SplitPart } from '../../data/split.ts'
import type { InverterConfig } from '../../models/inverter/config.ts'
import type { InverterBundle } from '../../models/inverter/load.ts'
import { addSurrogate } from '../../models/inverter/save.ts'
import { drawTexts } from '../../models/inverter/search/draw.ts'
import { type SurrogateConfig, surrogateConfig } from '../../models/inverter/surrogate/forward.ts'
import { loadInverter } from '../../models/load_inverter.ts'
import { defineTrainable, type OpenedTraining, type TrainContext } from '../core/trainable.ts'
import { openOnInverter } from '../inverter/open.ts'
import { aboutTexts, hashOfTexts, inverterTexts, piecesOf } from '../inverter/texts.ts'
import { type DrawTexts, surrogateBatches } from './batches.ts'
import { readSurrogateTraining, type SurrogateTraining } from './config.ts'
import { surrogateTask } from './task.ts'

/** What a surrogate is trained on. */
export interface SurrogateData {
  readonly texts: Readonly<Record<SplitPart, readonly string[]>>
  readonly model: SurrogateConfig
  /** The inverter whose texts it judges, and the folder of its bundle. */
  readonly inverter: InverterConfig
  readonly folder: string
  readonly batchesPerEpoch: number
}

export const trainable = defineTrainable<SurrogateTraining, SurrogateData>({
  name: 'surrogate',
  what: "what guesses how near an inverter's texts are before they are encoded",
  unit: 'texts',
  bundle: 'inverter',
  config: readSurrogateTraining,
  open: (training, context) =>
    openOnInverter(training.inverter, context, (parts) => openTraining(training, context, parts)),
  // The config's own inverter, with the surrogate.
  save: (folder, { data, parameters }) => addSurrogate(data.folder, folder, data.model, parameters),
  sample: {
    after: 'inverter',
    config: {
      inverter: 'inverter/inverter',
      model: { dModel: 8, layers: 1, heads: 2, ffn: 16 },
      batch: { vectors: 4, samples: 2, reuse: 2 },
      steps: 5,
    },
    load: (folder, encoder) => loadInverter(folder, { encoder }),
  },
})

async function openTraining(
  training: SurrogateTraining,
  { encoder, signal }: TrainContext,
  { bundle, network, fingerprint }: InverterBundle,
): Promise<OpenedTraining<SurrogateData>> {
  const { config: inverter, tokens } = network
  const { batch, losses, seed } = training
  const { space, dims, vocabulary, capacityTokens } = inverter
  const model = surrogateConfig({ ...training.model, space, dims, vocabulary, capacityTokens })
  const texts = await inverterTexts(training.documents, { ...training, signal })
  const pieces = pieceBatches(piecesOf(texts.train, capacityTokens), tokens.tokenizer, {
    size: batch.vectors,
    sizeKey: 'batch.vectors',
    seed,
    cut: 0,
    capacity: capacityTokens,
  })
  const { samples, temperature, topP } = batch
  const draw: DrawTexts = async (vectors, drawSeed) => {
    const found = await drawTexts(network, vectors, () => drawSeed, { samples, temperature, topP })
    // An empty text is told by its end alone.
    return found.map((some) => some.map(({ tokens }) => (tokens.length > 0 ? tokens : [inverter.end])))
  }
  const batches = surrogateBatches(model, pieces, draw, encoder, tokens, { ...batch, seed })
  const source = hashOfTexts(texts)
  const task = surrogateTask({
    model,
    losses,
    batches,
    data: { source, encoder: encoder.fingerprint, inverter: fingerprint, batch },
  })
  const { perEpoch } = pieces
  return {
    task,
    data: { texts, model, inverter, folder: bundle.folder, batchesPerEpoch: perEpoch },
    about: aboutTexts(texts, perEpoch, 'its inverter', inverter),
  }
}
