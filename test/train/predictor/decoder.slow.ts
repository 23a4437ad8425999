// Predictions are decoded by an inverter that stays as it is, and the surprise of the next sentence flows back into them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { differentiate } from '../../../lib/graph/differentiate.ts'
import { readSafetensorsHeader } from '../../../lib/io/safetensors/file.ts'
import { packTexts } from '../../../lib/models/inverter/inputs.ts'
import { inverterParameters } from '../../../lib/models/inverter/parameters.ts'
import { checkpointPath } from '../../../lib/train/core/checkpoints.ts'
import { decodedSurprise, decoderInputs, forDecoder } from '../../../lib/train/predictor/decoder.ts'
import {
  golden,
  type Model,
  RICH,
  runner,
  texts,
  tinyConfig,
  valuesFrom,
} from '../../models/inverter/support.ts'
import { rejects } from '../../support/rejects.ts'
import { bookTraining } from '../tiny_books.ts'
import { spread } from '../tiny_data.ts'
import { folder, savedInverter, train } from './support.ts'

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
    const runModel = runner(specs, {
      predicted: { kind: 'input', dtype: 'f32', shape: [rows, config.dims] },
      ...decoderInputs(config, capacity),
    })
    const model: Model = ({ predicted, ...values }) => {
      const named = forDecoder(Object.fromEntries(Object.keys(specs).map((name) => [name, values[name]!])))
      const loss = decodedSurprise(config, { ...values, ...named }, predicted!, 0.5, 'f32')
      return { outputs: { loss, gradient: differentiate(loss, [predicted!])[0]! } }
    }
    const given = forDecoder<ArrayBufferView>({
      ...packed.inputs,
      row: Int32Array.from([...rowOf, 0]),
      lossWeights: new Float32Array(tokens).fill(1 / tokens),
    })
    const run = (predicted: Float32Array) =>
      runModel(model, parameters, { predicted, ...given }, { scalars: packed.scalars })
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

test('a batch without a sentence that fits has no surprise', async () => {
  const inverter = await savedInverter('short', { capacityTokens: 1 })
  const told = await train({ out: 'short run', inverter, losses: { text: 1 }, steps: 2 })
  for (const { losses, gradNorm } of told) assert.ok(losses.text === 0 && Number.isFinite(gradNorm))
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
