import type { SentenceBank } from '../concepts/bank/sentence_bank.ts'
import type { Encoder } from '../core/encoder.ts'
import { badArgument } from '../core/errors.ts'
import type { Inverter } from '../models/inverter/inverter.ts'
import { loadEncoder } from '../models/load_encoder.ts'
import { loadInverter } from '../models/load_inverter.ts'
import { checkLoadOptions, LOAD_OPTIONS, type LoadOptions } from '../models/load_options.ts'
import { loadPredictor } from '../models/predictor/load.ts'
import type { Predictor } from '../models/predictor/predictor.ts'
import { makePipeline, type Pipeline } from './pipeline.ts'

/**
 * The parts of a pipeline: models, which stay the caller's, or names and folders of models, which are loaded for it. What is
 * left out is the one that is shipped.
 */
export interface PipelineOptions extends LoadOptions {
  readonly encoder?: Encoder | string | undefined
  readonly predictor?: Predictor | string | undefined
  readonly inverter?: Inverter | string | undefined
  /** Known sentences, as storeBank has them of a store: the next sentence is chosen among them, and no inverter is needed. */
  readonly bank?: SentenceBank | undefined
}

/**
 * Opens text → vectors → next vectors → text as one thing. The three models must be of one space.
 *
 * @throws VmmError SPACE_MISMATCH naming the part that does not fit the encoder; what loading each of them throws
 * @example
 * ```js
 * import { openPipeline } from 'vector-mamba'
 *
 * const pipeline = await openPipeline()
 * const text = 'The storm came at night. In the morning the harbour was empty.'
 * const { read, next } = await pipeline.process(text, { steps: 2 })
 * console.log(read.length, next.length > 0, next[0].source) // 2 true written
 * pipeline.dispose()
 * ```
 */
export async function openPipeline(options: PipelineOptions = {}): Promise<Pipeline> {
  checkLoadOptions(options, { ...LOAD_OPTIONS, encoder: true, predictor: true, inverter: true, bank: true })
  const { encoder, predictor, inverter, bank = null, cacheDir, signal } = options
  if (bank && inverter !== undefined)
    throw badArgument('openPipeline.bank', 'a bank beside an inverter', 'one of them')
  const load = { cacheDir, signal }
  const own: { dispose(): unknown }[] = []
  const keep = <T extends { dispose(): unknown }>(model: T): T => {
    own.push(model)
    return model
  }
  const disposeParts = () => {
    for (const model of own.reverse()) model.dispose()
  }
  try {
    const reads = isName(encoder) ? keep(await loadEncoder(encoder, load)) : encoder
    const predicts = isName(predictor) ? keep(await loadPredictor(predictor, load)) : predictor
    const writes = async () =>
      isName(inverter) ? keep(await loadInverter(inverter, { ...load, encoder: reads })) : inverter
    return makePipeline({
      encoder: reads,
      predictor: predicts,
      inverter: bank ? null : await writes(),
      bank,
      disposeParts,
    })
  } catch (error) {
    disposeParts()
    throw error
  }
}

function isName(part: unknown): part is string | undefined {
  return part === undefined || typeof part === 'string'
}
