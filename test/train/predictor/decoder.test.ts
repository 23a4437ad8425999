// Predictions are decoded by an inverter that stays as it is, and the surprise of the next sentence flows back into them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openDocuments } from '../../../lib/data/documents/open.ts'
import { differentiate } from '../../../lib/graph/differentiate.ts'
import { readSafetensorsHeader } from '../../../lib/io/safetensors/file.ts'
import { inverterConfig } from '../../../lib/models/inverter/config.ts'
import { packTexts } from '../../../lib/models/inverter/inputs.ts'
import { inverterParameters } from '../../../lib/models/inverter/parameters.ts'
import { saveInverter } from '../../../lib/models/inverter/save.ts'
import { predictorConfig } from '../../../lib/models/predictor/config.ts'
import { loadPredictor } from '../../../lib/models/predictor/load.ts'
import { predictorParameters } from '../../../lib/models/predictor/parameters.ts'
import { checkpointPath } from '../../../lib/train/core/checkpoints.ts'
import type { TrainProgress } from '../../../lib/train/core/loop.ts'
import { predictorBatches } from '../../../lib/train/predictor/batches.ts'
import { predictorTraining } from '../../../lib/train/predictor/config.ts'
import { spaceCoordinates } from '../../../lib/train/predictor/coordinates.ts'
import { decodedSurprise, decoderInputs, forDecoder } from '../../../lib/train/predictor/decoder.ts'
import { withNextTexts } from '../../../lib/train/predictor/next_texts.ts'
import { predictorTask } from '../../../lib/train/predictor/task.ts'
import { trainPredictor } from '../../../lib/train/predictor/train.ts'
import type { PredictorData } from '../../../lib/train/predictor/trainable.ts'
import { startValues } from '../../../lib/weights/specs.ts'
import { weightSet } from '../../../lib/weights/weight_set.ts'
import { golden, RICH, runOnce, texts, tinyConfig, valuesFrom } from '../../models/inverter/support.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { realTokens } from '../../support/real_tokens.ts'
import { rejects } from '../../support/rejects.ts'
import { bookLines, bookTraining, vocabulary } from '../tiny_books.ts'
import { spread } from '../tiny_data.ts'
import { tinyEncoder } from '../tiny_encoder.ts'

const folder = temporaryFolder()
const cacheDir = join(folder, 'cache')
const dims = 16
writeFileSync(join(folder, 'books.jsonl'), bookLines.join('\n'))

for (const [name, config] of Object.entries({ plain: tinyConfig(), rich: tinyConfig(RICH) }))
  test(`${name}: the gradient of a decoded prediction is that of finite differences, and of no other row`, () => {
    const specs = inverterParameters(config)
    const parameters = valuesFrom(specs, golden.inverters[config.adapterHidden]!.start)
    const rows = 7
    const capacity = { rows: 40, texts: 6 } // one more than there are
    const rowOf = [5, 0, 2, 2, 3]
    const packed = packTexts(config, capacity, texts)
    const tokens = packed.scalars.rows
    const start = spread(77, [rows, config.dims], 0, 0.8)
    const run = (predicted: Float32Array) =>
      runOnce(
        specs,
        parameters,
        {
          predicted: { kind: 'input', dtype: 'f32', shape: [rows, config.dims] },
          ...decoderInputs(config, capacity),
        },
        ({ predicted, ...values }) => {
          const named = forDecoder(
            Object.fromEntries(Object.keys(specs).map((name) => [name, values[name]!])),
          )
          const loss = decodedSurprise(config, { ...values, ...named }, predicted!, 'f32')
          return { outputs: { loss, gradient: differentiate(loss, [predicted!])[0]! } }
        },
        {
          predicted,
          ...forDecoder<ArrayBufferView>({
            ...packed.inputs,
            row: Int32Array.from([...rowOf, 0]),
            lossWeights: new Float32Array(tokens).fill(1 / tokens),
          }),
        },
        { scalars: packed.scalars },
      )
    const { gradient } = run(start)
    const step = 2e-3
    for (let i = 0; i < start.length; i += 5) {
      const moved = (by: number) => run(start.map((x, j) => (j === i ? x + by : x))).loss![0]!
      const numeric = (moved(step) - moved(-step)) / (2 * step)
      assert.ok(
        Math.abs(gradient![i]! - numeric) < 2e-3 + 0.02 * Math.abs(numeric),
        `${i}: ${gradient![i]}, not ${numeric}`,
      )
      if (!rowOf.includes(Math.floor(i / config.dims))) assert.is(gradient![i], 0)
    }
    assert.ok(gradient!.some((x) => Math.abs(x) > 0.01))
    // A prediction counts by its direction.
    assert.ok(Math.abs(run(start.map((x) => 3 * x)).loss![0]! - run(start).loss![0]!) < 1e-4)
  })

const encoder = tinyEncoder(dims)
const inverter = inverterConfig({
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

async function savedInverter(name: string, change: object = {}): Promise<string> {
  const config = inverterConfig({ ...inverter, ...change })
  await saveInverter(join(folder, name), {
    ...{ config, tokens: realTokens, licence: 'CC0-1.0', trainingData: 'none' },
    parameters: startValues(inverterParameters(config), 1),
  })
  return name
}

test('texts are those that follow, drawn anew for each batch, and none that is too long or has been seen', async () => {
  await using documents = await openDocuments(join(folder, 'books.jsonl'), encoder, { cacheDir })
  const model = predictorConfig({ ...bookTraining.model, space: encoder.space, dims })
  const indices = documents.documents.map((_, i) => i).filter((i) => i % 3 > 0)
  const options = { ...bookTraining.batch, together: 1, prefix: [2, 5] as const, seed: 1 }
  const vectors = predictorBatches(model, documents, indices, () => undefined, options)
  const lengths = new Map(vocabulary.map((text) => [text, realTokens.tokenizer.encode(text).length]))
  // Some sentences are too long for a decoder of this capacity.
  const capacityTokens = Math.min(...lengths.values())
  assert.ok(Math.max(...lengths.values()) > capacityTokens)
  const config = { ...inverter, capacityTokens }
  const decoder = { config, tokenizer: realTokens.tokenizer }
  const batches = (texts: number) => withNextTexts(vectors, documents, indices, decoder, { texts, seed: 1 })
  const all = batches(1000)
  const some = batches(8)
  const rowsDrawn = new Set<string>()
  for (const number of [0, 1, 2, 0]) {
    const plain = await vectors.batch(number)
    const { inputs, scalars, count } = await all.batch(number)
    assert.is(count, plain.count)
    for (const [name, value] of Object.entries(plain.inputs)) assert.equal(inputs[name], value)
    const read = (name: string, from = inputs) => [...(from[`decoder/${name}`] as Int32Array)]
    const sentences: string[] = []
    for (const { document, begin, end } of vectors.windows.batch(number))
      sentences.push(...(await documents.document(indices[document]!)).texts().slice(begin, end))
    const counted = plain.inputs.lossWeights as Float32Array
    const expected = sentences.flatMap((_, row) =>
      counted[row]! > 0 && lengths.get(sentences[row + 1]!)! <= capacityTokens ? [row] : [],
    )
    const offsets = read('offsets')
    const texts = expected.length
    assert.equal(
      read('row')
        .slice(0, texts)
        .sort((a, b) => a - b),
      expected,
    )
    assert.is(scalars!.rows, offsets[texts])
    for (const [i, row] of read('row').slice(0, texts).entries()) {
      const ids = [...realTokens.tokenizer.encode(sentences[row + 1]!)]
      assert.equal(read('ids').slice(offsets[i], offsets[i + 1]), [config.start, ...ids])
      assert.equal(read('targets').slice(offsets[i], offsets[i + 1]), [...ids, config.end])
    }
    assert.ok(Math.abs(read('lossWeights').reduce((a, b) => a + b) - 1) < 1e-4)
    const few = await some.batch(number)
    assert.is(read('row', few.inputs).length, 8)
    assert.is(new Set(read('row', few.inputs)).size, 8)
    for (const row of read('row', few.inputs)) assert.ok(expected.includes(row))
    rowsDrawn.add(read('row', few.inputs).join())
    assert.equal(await batches(8).batch(number), few)
  }
  assert.is(rowsDrawn.size, 3)
})

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
  const run = (parameters: Readonly<Record<string, Float32Array>>) =>
    runOnce(
      { ...specs, ...frozen },
      { ...parameters, ...lively },
      task.inputs,
      (values) => {
        const losses = task.losses(values)
        const gradients = differentiate(
          losses.loss,
          names.map((name) => values[name]!),
        )
        return {
          outputs: { ...losses, ...Object.fromEntries(names.map((name, i) => [name, gradients[i]!])) },
        }
      },
      inputs,
      { scalars: scalars! },
    )
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

test('the coordinates of a space are mean and standard deviation of its vectors', async () => {
  await using documents = await openDocuments(join(folder, 'books.jsonl'), encoder, { cacheDir })
  const indices = [1, 4, 5]
  const rows: Float32Array[] = []
  for (const i of indices) {
    const { vectors, count } = await documents.document(i)
    for (let row = 0; row < count; row++) rows.push(vectors.subarray(row * dims, (row + 1) * dims))
  }
  const { mean, scale } = await spaceCoordinates(documents, indices, undefined)
  for (let d = 0; d < dims; d++) {
    const average = rows.reduce((sum, row) => sum + row[d]!, 0) / rows.length
    const variance = rows.reduce((sum, row) => sum + (row[d]! - average) ** 2, 0) / rows.length
    assert.ok(Math.abs(mean[d]! - average) < 1e-6)
    assert.ok(Math.abs(scale[d]! - Math.sqrt(variance)) < 1e-6)
  }
  // A coordinate that never changes has a scale as well.
  const same = (vectors: Float32Array): Pick<typeof documents, 'dims' | 'documents' | 'document'> => ({
    dims,
    documents: [{ id: 'a', group: '', count: 2 }],
    document: async () => ({ id: 'a', group: '', count: 2, vectors, texts: () => [] }),
  })
  const still = Float32Array.from({ length: 2 * dims }, (_, i) => (i === 3 ? 1 : 0))
  const some = await spaceCoordinates(same(still) as typeof documents, [0], undefined)
  assert.ok(some.scale.every((x) => x > 0) && Math.max(...some.scale) === some.scale[3])
  const none = await spaceCoordinates(same(new Float32Array(2 * dims)) as typeof documents, [0], undefined)
  assert.ok(none.scale.every((x) => Math.abs(x - 1 / Math.sqrt(dims)) < 1e-6))
})

test('a standardised predictor is trained and loaded, with the coordinates of the training documents', async () => {
  const out = 'standardised'
  let data: PredictorData | undefined
  const model = { ...bookTraining.model, standardised: true }
  const losses = { infoNce: 0.3, text: 0.5 }
  const told = await train(
    { out, model, inverter: await savedInverter('for standardised'), losses },
    undefined,
    (given) => (data = given),
  )
  assert.ok(told.at(-1)!.losses.loss! < told[0]!.losses.loss!)
  const { tensors } = await readSafetensorsHeader(join(folder, out, 'predictor', 'model.safetensors'))
  const file = readFileSync(join(folder, out, 'predictor', 'model.safetensors'))
  const { begin } = tensors.find(({ name }) => name === 'space.mean')!
  const stored = new Float32Array(Uint8Array.from(file.subarray(begin, begin + 4 * dims)).buffer)
  await using documents = await openDocuments(join(folder, 'books.jsonl'), encoder, { cacheDir })
  assert.equal(stored, (await spaceCoordinates(documents, data!.split.train, undefined)).mean)
  await using predictor = await loadPredictor(join(folder, out, 'predictor'))
  assert.is(predictor.config.standardised, true)
})

async function train(
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

const bundle = (out: string) => readFileSync(join(folder, out, 'predictor', 'model.safetensors'))

for (const accumulate of [1, 2])
  test(`a predictor learns by what is decoded, and goes on bit for bit, ${accumulate} batches a step`, async () => {
    const name = await savedInverter('inverter')
    const before = readFileSync(join(folder, name, 'model.safetensors'))
    const [out, parts] = [`text-${accumulate}`, `text-${accumulate}-parts`]
    const change = {
      inverter: name,
      losses: { infoNce: 0, routing: 0, loadBalance: 0, text: 1 },
      batch: { ...bookTraining.batch, texts: 12 },
      accumulate,
    }
    const told = await train({ ...change, out })
    for (const { losses } of told) assert.is(losses.loss, losses.text)
    assert.ok(told.at(-1)!.losses.text! < told[0]!.losses.text!)
    await train({ ...change, out: parts }, 3)
    await train({ ...change, out: parts })
    assert.ok(bundle(parts).equals(bundle(out)))
    assert.ok(readFileSync(join(folder, name, 'model.safetensors')).equals(before))
    await savedInverter(name, { ffn: 9 })
    await rejects(() => train({ ...change, out: parts }), 'BAD_ARGUMENT', /^config\.data\.inverter: got /)
  })

test('without a loss of texts the inverter is not looked at', async () => {
  await train({ out: 'without', inverter: 'none' })
  await train({ out: 'none at all' })
  assert.ok(bundle('without').equals(bundle('none at all')))
})

test('checkpoints have nothing of the decoder', async () => {
  const inverter = await savedInverter('kept')
  const namesOf = async (out: string, change: object) => {
    await train({ out, steps: 2, ...change })
    const path = join(checkpointPath(join(folder, out), 2), 'state.safetensors')
    return (await readSafetensorsHeader(path)).tensors.map(({ name }) => name)
  }
  const plain = await namesOf('never decoded', {})
  assert.ok(plain.includes('m/input.weight'))
  assert.equal(await namesOf('decoded', { inverter, losses: { text: 0.5 } }), plain)
})

test('an inverter that is not there, or of another space, is named', async () => {
  const losses = { text: 1 }
  await rejects(
    () => train({ out: 'no', inverter: 'no-such', losses }),
    'NOT_FOUND',
    /^inverter "no-such": neither/,
  )
  const other = await savedInverter('other', { space: 'other-16' })
  await rejects(
    () => train({ out: 'no', inverter: other, losses }),
    'SPACE_MISMATCH',
    /other-16.*tiny-16|tiny-16.*other-16/,
  )
})

test.run()
