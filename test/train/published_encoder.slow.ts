// What is downstream of an encoder works with a published one: documents, predictors, inverters.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadEncoder } from '../../lib/models/load_encoder.ts'
import { loadInverter } from '../../lib/models/load_inverter.ts'
import { loadPredictor } from '../../lib/models/predictor/load.ts'
import { trainModel } from '../../lib/train/train_model.ts'
import { temporaryFolder } from '../support/folder.ts'
import { sentenceLines } from './tiny_sentences.ts'

const folder = temporaryFolder()
const encoder = join(import.meta.dirname, '../models/published/goldens/minilm')
writeFileSync(join(folder, 'books.jsonl'), sentenceLines.join('\n'))

async function train(name: string, config: object): Promise<number> {
  let steps = 0
  for await (const { step } of trainModel(
    name,
    { ...config, documents: 'books.jsonl', encoder },
    { folder, cacheDir: join(folder, 'cache') },
  ))
    steps = step
  return steps
}

test('a predictor of its vectors', async () => {
  const config = {
    ...{
      out: 'predicting',
      steps: 3,
      split: { validation: 0.2, test: 0.1 },
      evaluation: { every: 3, context: 2 },
    },
    model: { dModel: 8, experts: 1, blocks: 1, dState: 2 },
    batch: { rows: 32, window: 8, minimum: 2, prefix: [1, 2] },
  }
  assert.is(await train('predictor', config), 3)
  await using predictor = await loadPredictor(join(folder, 'predicting/predictor'))
  await using model = await loadEncoder(encoder)
  assert.equal([predictor.space, predictor.dims], [model.space, model.dims])
  const { vectors } = await model.encode(['The tide was going out.', 'Water left the bay.'])
  const { vectors: predicted } = await predictor.predict(vectors)
  assert.is(predicted.space, model.space)
})

test('an inverter of its vectors, which writes the tokens of the default encoder', async () => {
  const config = {
    ...{
      out: 'inverting',
      steps: 3,
      split: { validation: 0.2, test: 0.1 },
      evaluation: { every: 3, sentences: 10 },
    },
    model: {
      ...{ dModel: 16, layers: 1, heads: 2, ffn: 16, capacityTokens: 16 },
      ...{ scales: [2], memoryDims: 8, adapterHidden: 8 },
    },
    batch: { texts: 8 },
  }
  assert.is(await train('inverter', config), 3)
  await using model = await loadEncoder(encoder)
  await using inverter = await loadInverter(join(folder, 'inverting/inverter'), { encoder: model })
  assert.is(inverter.config.vocabulary, 8000)
  const { vectors } = await model.encode('The tide was going out.')
  const [inversion] = await inverter.invert(vectors, { refine: 8, beam: 2 })
  assert.type(inversion!.best!.text, 'string')
})

test.run()
