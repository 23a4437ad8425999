// What a corrector is trained on, and the gradients of what reads the texts before by finite differences.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryRows, memoryStride } from '../../../lib/models/inverter/config.ts'
import { inverterParameters } from '../../../lib/models/inverter/parameters.ts'
import { correctorTraining } from '../../../lib/train/corrector/config.ts'
import { writeBefore } from '../../../lib/train/corrector/write.ts'
import { inverterBatches } from '../../../lib/train/inverter/batches.ts'
import { inverterTask } from '../../../lib/train/inverter/task.ts'
import { refusal } from '../../concepts/domains/points.ts'
import {
  depth,
  golden,
  RICH,
  runner,
  tinyConfig,
  tinyNetwork,
  valuesFrom,
} from '../../models/inverter/support.ts'
import { checkGradients, type RunOf } from '../inverter/gradients.ts'
import { tinyEncoder } from '../tiny_encoder.ts'
import { sentenceLines } from '../tiny_sentences.ts'

const encoder = tinyEncoder(12)
const { tokenizer, about } = encoder.tokens!
const base = tinyConfig({
  ...{ ...depth, ...RICH, vocabulary: tokenizer.size, capacityTokens: 16 },
  ...{ start: about.start, end: about.end },
})
const model = { ...base, hypothesisLayers: 1 }
const specs = inverterParameters(model)
const texts = sentenceLines.flatMap((line) => (JSON.parse(line) as { sentences: string[] }).sentences)
const network = await tinyNetwork(base, 'packed', encoder.tokens!)
const write = writeBefore(network, encoder, { drawn: 0.4, corrupted: 0.4, temperature: 1, topP: 1 })
const options = { texts: 12, cut: 0.3, withoutVector: 0.25, seed: 1, write }
const batches = inverterBatches(model, texts, encoder, tokenizer, options)
const { inputs, scalars } = await batches.batch(2)

test('batches have texts of all kinds, none without its vector, and are the same each time', async () => {
  const range = inputs.kvRange as Int32Array
  const [ids, kept, lengths] = [inputs.hypothesisIds, inputs.kept, inputs.hypothesisTokens] as [
    Int32Array,
    Float32Array,
    Float32Array,
  ]
  const [rows, stride] = [memoryRows(model), memoryStride(model)]
  const seen = { nothing: 0, own: 0, other: 0 }
  for (let i = 0; i < options.texts; i++) {
    const length = lengths[i]!
    assert.equal(
      [...range.subarray(2 * i, 2 * i + 2)],
      [i * stride, i * stride + (length === 0 ? rows : 2 * rows + length)],
    )
    if (kept[i] === 0) assert.is(length, 0)
    if (length === 0) seen.nothing++
    else
      seen[ids[i * model.capacityTokens] === (inputs.targets as Int32Array)[offsetOf(i)] ? 'own' : 'other']++
  }
  assert.ok(
    Object.values(seen).every((count) => count > 0),
    JSON.stringify(seen),
  )
  assert.equal(await inverterBatches(model, texts, encoder, tokenizer, options).batch(2), {
    inputs,
    scalars,
    count: scalars!.rows,
  })
  const vectors = inputs.hypothesisVectors as Float32Array
  for (const [i, length] of lengths.entries()) {
    if (length === 0) continue
    const first = i * model.capacityTokens
    const text = encoder.tokens!.pieces.text([...ids.subarray(first, first + length)])
    const [own] = [(await encoder.encode([text])).vectors.toFloat32Array()]
    assert.equal(vectors.slice(i * model.dims, (i + 1) * model.dims), own.slice(0, model.dims))
  }
})

const offsetOf = (i: number) => (inputs.offsets as Int32Array)[i]!

const task = inverterTask({
  ...{ model, noise: 0, hintLoss: 0.5, labelSmoothing: 0, compute: 'f32', batches, data: null },
})
const start = valuesFrom(specs, golden.inverters[10]!.start)
const runModel = runner(specs, batches.inputs)
const run: RunOf = (values, traced) => runModel(traced, values, inputs, { scalars: scalars! })

const READ = Object.keys(specs).filter((name) => name.startsWith('hypothesis.'))
test('gradients are those of finite differences', () =>
  checkGradients(READ, start, run, (values) => task.losses(values).loss, 1e-7))

test('a config that leaves nothing is refused', async () => {
  const config = { documents: 'a.jsonl', inverter: 'b', steps: 1, out: 'c' }
  const error = await refusal(async () =>
    correctorTraining({ ...config, batch: { drawn: 0.9, corrupted: 0.2 } }),
  )
  assert.match(
    error.message,
    /^batch\.corrupted: got 0\.2; expected at most 0\.0\d+, what batch\.drawn leaves of 1$/,
  )
})

test.run()
