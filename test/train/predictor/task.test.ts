import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openDocuments } from '../../../lib/data/documents/open.ts'
import { differentiate } from '../../../lib/graph/differentiate.ts'
import { inverterParameters } from '../../../lib/models/inverter/parameters.ts'
import { predictorConfig } from '../../../lib/models/predictor/config.ts'
import { predictorParameters } from '../../../lib/models/predictor/parameters.ts'
import { predictorBatches } from '../../../lib/train/predictor/batches.ts'
import { predictorTraining } from '../../../lib/train/predictor/config.ts'
import { spaceCoordinates } from '../../../lib/train/predictor/coordinates.ts'
import { forDecoder } from '../../../lib/train/predictor/decoder.ts'
import { withNextTexts } from '../../../lib/train/predictor/next_texts.ts'
import { predictorTask } from '../../../lib/train/predictor/task.ts'
import { weightSet } from '../../../lib/weights/weight_set.ts'
import { type Model, runner, valuesFrom } from '../../models/inverter/support.ts'
import { realTokens } from '../../support/real_tokens.ts'
import { cacheDir, dims, encoder, folder, inverter } from './support.ts'

test('the gradient of all losses of a standardised predictor is that of finite differences', async () => {
  await using documents = await openDocuments(join(folder, 'books.jsonl'), encoder, { cacheDir })
  const indices = documents.documents.map((_, i) => i)
  const model = predictorConfig({
    ...{ space: encoder.space, dims, dModel: 8, experts: 1, blocks: 1, dState: 2, standardised: true },
  })
  const coordinates = await spaceCoordinates(documents, indices, undefined)
  const options = { rows: 24, window: 12, minimum: 4, together: 1, prefix: [1, 2] as const, seed: 1 }
  const vectors = predictorBatches(model, documents, indices, () => undefined, options)
  const config = { ...inverter, noiseRange: [0.01, 1] as const }
  const decoder = { config, tokenizer: realTokens.tokenizer }
  const batches = withNextTexts(vectors, documents, indices, decoder, { texts: 9, seed: 1 })
  const frozen = forDecoder(inverterParameters(config))
  const { losses: defaults, regularisation } = predictorTraining({ documents: 'x', out: 'x', steps: 1 })
  const task = predictorTask({
    ...{ model, batches, regularisation, domains: null, coordinates, data: null, compute: 'f32' },
    losses: { ...defaults, mse: 0.7, cosine: 0.4, infoNce: 0.3, temperature: 0.5, text: 1.5 },
    decoder: { config, weights: weightSet({}) },
  })
  const { inputs, scalars } = await batches.batch(1)
  const start = task.initial(1)
  const specs = predictorParameters(model)
  const lively = valuesFrom(frozen, {})
  const names = ['output.bias', 'output.weight', 'recent.weight', 'input.bias']
  const runModel = runner({ ...specs, ...frozen }, task.inputs)
  const traced: Model = (values) => {
    const losses = task.losses(values)
    const gradients = differentiate(
      losses.loss,
      names.map((name) => values[name]!),
    )
    return { outputs: { ...losses, ...Object.fromEntries(names.map((name, i) => [name, gradients[i]!])) } }
  }
  const run = (parameters: Readonly<Record<string, Float32Array>>) =>
    runModel(traced, { ...parameters, ...lively }, inputs, { scalars: scalars! })
  const at = run(start)
  const { mse, cosine, infoNce, text } = at as Record<string, Float32Array>
  const sum = 0.7 * mse![0]! + 0.4 * cosine![0]! + 0.3 * infoNce![0]! + 1.5 * text![0]!
  assert.ok(Math.abs(at.loss![0]! - sum) < 1e-4)
  const step = 1e-2
  for (const name of names)
    for (let i = 0; i < start[name]!.length; i += Math.ceil(start[name]!.length / 4)) {
      const moved = (by: number) =>
        run({ ...start, [name]: start[name]!.map((x, j) => (j === i ? x + by : x)) }).loss![0]!
      const numeric = (moved(step) - moved(-step)) / (2 * step)
      const exact = at[name]![i]!
      assert.ok(
        Math.abs(exact - numeric) < 2e-3 + 0.02 * Math.abs(numeric),
        `${name} ${i}: ${exact}, not ${numeric}`,
      )
    }
  assert.ok(names.every((name) => at[name]!.some((x) => Math.abs(x) > 1e-3)))
})

test.run()
