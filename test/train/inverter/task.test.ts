// The loss of a model that is told all that it may be, and its gradients by finite differences.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { inverterParameters } from '../../../lib/models/inverter/parameters.ts'
import { inverterBatches } from '../../../lib/train/inverter/batches.ts'
import { inverterTask } from '../../../lib/train/inverter/task.ts'
import { depth, golden, RICH, runner, tinyConfig, valuesFrom } from '../../models/inverter/support.ts'
import { tinyEncoder } from '../tiny_encoder.ts'
import { sentenceLines } from '../tiny_sentences.ts'
import { checkGradients, type RunOf } from './gradients.ts'

const encoder = tinyEncoder(12)
const { tokenizer, about } = encoder.tokens!
const model = tinyConfig({
  ...{ ...depth, ...RICH, vocabulary: tokenizer.size, capacityTokens: 16 },
  ...{ start: about.start, end: about.end },
})
const specs = inverterParameters(model)
const texts = sentenceLines.flatMap((line) => (JSON.parse(line) as { sentences: string[] }).sentences)
const options = { texts: 6, cut: 0.3, withoutVector: 0.3, seed: 1 }
const batches = inverterBatches(model, texts, encoder, tokenizer, options)
const hintLoss = 0.5
const task = inverterTask({
  ...{ model, noise: 0, hintLoss, labelSmoothing: 0, compute: 'f32', batches, data: null },
})
const start = valuesFrom(specs, golden.inverters[10]!.start)
const { inputs, scalars } = await batches.batch(3)

const runModel = runner(specs, batches.inputs)
const run: RunOf = (values, traced) => runModel(traced, values, inputs, { scalars: scalars! })

test('the loss is that of tokens and, as much as it counts, that of words', () => {
  const { loss, nll, words } = run(start, (values) => ({ outputs: { ...task.losses(values) } }))
  assert.ok(Math.abs(loss![0]! - nll![0]! - hintLoss * words![0]!) < 1e-5)
  assert.ok(nll![0]! > 0 && words![0]! > 0)
})

test('the loss of words is the mean of what a text alone says of its tokens', () => {
  const outputs = run(start, (values) => ({ outputs: { ...task.losses(values) } }))
  // With hints of zero only the bias of the head is left.
  const zero = Object.fromEntries(
    ['adapter.hint.weight', 'adapter.hint.bias'].map((name) => [name, start[name]!.map(() => 0)]),
  )
  const { words } = run({ ...start, ...zero }, (values) => ({ outputs: { ...task.losses(values) } }))
  const bias = [...start['head.bias']!]
  const logSum = Math.log(bias.reduce((sum, b) => sum + Math.exp(b), 0))
  const targets = [...(inputs.targets as Int32Array)]
  const expected = targets.reduce((sum, id) => sum + logSum - bias[id]!, 0) / targets.length
  assert.ok(Math.abs(words![0]! - expected) < 1e-4, `${words![0]}, not ${expected}`)
  assert.ok(Math.abs(outputs.words![0]! - expected) > 1e-3)
})

const TOLD = Object.keys(specs).filter((name) => /sum|hint|direct|hidden|out|tokens/.test(name))
test('gradients are those of finite differences', () =>
  checkGradients(TOLD, start, run, (values) => task.losses(values).loss, 1e-6))

test('how blurred vectors are is told, and no vector is blurred wholly', () => {
  const [vectors, kept, told] = [inputs.vectors, inputs.kept, inputs.noise] as Float32Array[]
  const dims = vectors!.length / kept!.length
  const levels = told!.filter((_, i) => kept![i] === 1)
  assert.ok(levels.length > 0 && levels.every((level) => level >= 0 && level <= 1))
  assert.ok(new Set(levels).size === levels.length)
  for (const [i, level] of told!.entries()) {
    if (kept![i] === 0) assert.is(level, 1)
    assert.ok(Math.abs(Math.hypot(...vectors!.subarray(i * dims, (i + 1) * dims)) - 1) < 1e-5)
  }
})

test.run()
