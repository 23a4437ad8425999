import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { resolveBundle } from '../../bundle/resolve.ts'
import type { ConceptEncoder } from '../../concepts/encoder.ts'
import { pieceBatches } from '../../data/piece_batches.ts'
import { loadModel } from '../../models/encoder/load.ts'
import type { InverterConfig } from '../../models/inverter/config.ts'
import { type InverterBundle, loadInverterParts } from '../../models/inverter/load.ts'
import { addSurrogate } from '../../models/inverter/save.ts'
import { drawTexts } from '../../models/inverter/search/draw.ts'
import { surrogateConfig, surrogateParameters } from '../../models/inverter/surrogate/forward.ts'
import { lastCheckpoint, type TrainProgress, trainLoop } from '../core/loop.ts'
import { settingsOf } from '../core/run_config.ts'
import type { TrainTask } from '../core/task.ts'
import { inverterTexts, piecesOf } from '../inverter/texts.ts'
import type { InverterData, TrainInverterOptions } from '../inverter/train.ts'
import { INVERTER_FOLDER } from '../inverter/train.ts'
import { type DrawTexts, surrogateBatches } from './batches.ts'
import { type SurrogateTraining, surrogateTraining } from './config.ts'
import { surrogateTask } from './task.ts'

/**
 * Trains a surrogate on the texts that an inverter writes, as a config says (see surrogateTraining), and tells after
 * each step how it goes. The folder `out` gets checkpoints, metrics.jsonl, losses.svg, and at the end the bundle
 * `inverter`: the config's own, with the surrogate. It resumes as trainInverter does, and throws as it does.
 */
export async function* trainSurrogate(
  config: unknown,
  options: TrainInverterOptions = {},
): AsyncGenerator<TrainProgress> {
  const training = surrogateTraining(config)
  const { signal, threads, device, restart, cacheDir, folder = '.', loadEncoder = loadModel } = options
  const out = resolve(folder, training.out)
  const bundle = await resolveBundle(training.inverter, 'inverter').catch(() =>
    resolve(folder, training.inverter),
  )
  const encoder = await loadEncoder(training.encoder, { cacheDir, signal })
  try {
    const parts = await loadInverterParts(bundle, { signal })
    try {
      const { task, data } = await openTraining(training, encoder, parts, folder, signal)
      options.onData?.(data)
      yield* trainLoop(task, settingsOf(training), {
        folder: out,
        checkpointEvery: training.checkpoints.every || undefined,
        keep: training.checkpoints.keep,
        restart,
        signal,
        threads,
        device,
      })
      const { state } = (await lastCheckpoint(out, task))!
      const model = surrogateConfig({ ...training.model, ...shared(parts.network.config) })
      const names = Object.keys(surrogateParameters(model))
      const parameters = Object.fromEntries(names.map((name) => [name, state[name]!]))
      await addSurrogate(bundle, join(out, INVERTER_FOLDER), model, parameters)
    } finally {
      parts.dispose()
    }
  } finally {
    encoder.dispose()
  }
}

/** What a surrogate has of its inverter. */
function shared({ space, dims, vocabulary, capacityTokens }: InverterConfig) {
  return { space, dims, vocabulary, capacityTokens }
}

async function openTraining(
  training: SurrogateTraining,
  encoder: ConceptEncoder,
  { network, fingerprint }: InverterBundle,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly task: TrainTask; readonly data: InverterData }> {
  const { config, tokens } = network
  const { split, heldOut, wordnet, batch, seed } = training
  const model = surrogateConfig({ ...training.model, ...shared(config) })
  const texts = await inverterTexts(
    training.documents.map((path) => resolve(folder, path)),
    { split, heldOut, wordnet, signal },
  )
  const pieces = pieceBatches(piecesOf(texts.train, config.capacityTokens), tokens.tokenizer, {
    size: batch.vectors,
    sizeKey: 'batch.vectors',
    seed,
    cut: 0,
    capacity: config.capacityTokens,
  })
  const { samples, temperature, topP } = batch
  const draw: DrawTexts = async (vectors, drawSeed) => {
    const found = await drawTexts(network, vectors, () => drawSeed, { samples, temperature, topP })
    // An empty text is told by its end alone.
    return found.map((some) => some.map((text) => (text.tokens.length > 0 ? text.tokens : [config.end])))
  }
  const batches = surrogateBatches(model, pieces, draw, encoder, tokens, { ...batch, seed })
  const source = createHash('sha256').update(JSON.stringify(texts.train)).digest('hex')
  const task = surrogateTask({
    model,
    losses: training.losses,
    batches,
    data: { source, encoder: encoder.fingerprint, inverter: fingerprint, batch },
  })
  return { task, data: { texts, model: config, batchesPerEpoch: pieces.perEpoch } }
}
