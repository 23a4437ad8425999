// What the guide tells, beside what the encoder does with other embeddings.
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { WEIGHTS_FILE } from '../../../lib/bundle/save.ts'
import type { Encoder } from '../../../lib/core/encoder.ts'
import { compile, toFloat32 } from '../../../lib/graph/program.ts'
import { trace } from '../../../lib/graph/trace.ts'
import { encodeModel, tokenBindings } from '../../../lib/models/encoder/programs.ts'
import { FAMILIES } from '../../../lib/models/families/index.ts'
import { useLiteBundle } from '../../../lib/models/families/use_lite/convert.ts'
import { loadEncoder } from '../../../lib/models/load_encoder.ts'
import { createTensor, readTensor } from '../../../lib/tensor/device_tensor.ts'
import { openWeights } from '../../../lib/weights/weight_set.ts'

const texts = ['The captain sold the old ship in spring.', 'Prices of bread rose again this year.']
const targets = ['The owner bought a new boat in summer.', 'The cost of food is higher now.']
const [family] = FAMILIES.filter(({ architecture }) => architecture === 'use-lite')

const tokensOf = (model: Encoder, text: string) => model.tokens!.tokenizer.encode(text)

test('a lift is how the cosine changes as some of a token is added to another', async () => {
  await using model = await loadEncoder()
  const tokens = tokensOf(model, texts[0]!)
  const vector = (await model.encode([targets[0]!])).vectors.row(0)
  const cosineWith = await encoderOf(tokens, vector)
  const others = [700, 1234, 3210]
  const asked = Int32Array.from([...tokens].flatMap(() => others))
  const [lifts] = await model.guide!.lifts([{ tokens, vector, asked }], others.length, {})
  const step = 0.002
  for (const [at, token] of tokens.entries()) {
    if (tokens.indexOf(token) !== tokens.lastIndexOf(token)) continue
    for (const [i, other] of others.entries()) {
      const slope = (cosineWith(token, other, step) - cosineWith(token, other, -step)) / (2 * step)
      const lift = lifts![at * others.length + i]!
      assert.ok(Math.abs(slope - lift) < 2e-3 + 0.05 * Math.abs(slope), `${at} ${other}: ${slope}, ${lift}`)
    }
  }
})

test('lifts are the same alone and in a batch, and nothing is asked of no text', async () => {
  await using model = await loadEncoder()
  const guide = model.guide!
  const { vectors } = await model.encode(targets)
  const some = Array.from({ length: 70 }, (_, i) => {
    const tokens = tokensOf(model, texts[i % 2]!)
    return { tokens, vector: vectors.row(i % 2), asked: Int32Array.from(tokens, (id) => id) }
  })
  const all = await guide.lifts(some, 1, {})
  for (const i of [0, 1]) {
    const [alone] = await guide.lifts([some[i]!], 1, {})
    assert.equal(all[i], alone)
    assert.equal(all[68 + i], alone)
  }
  assert.equal(await guide.lifts([], 1, {}), [])
})

test('places beyond the capacity have no lift, however long a text is', async () => {
  await using model = await loadEncoder()
  const { vectors } = await model.encode(targets)
  const tokens = tokensOf(model, texts[0]!)
  const repeated = (length: number) => {
    const long = Int32Array.from({ length }, (_, i) => tokens[i % tokens.length]!)
    return { tokens: long, vector: vectors.row(0), asked: long }
  }
  const { capacityTokens } = model
  const [whole, longer, huge] = await model.guide!.lifts([capacityTokens, 200, 5000].map(repeated), 1, {})
  for (const [lifts, length] of [
    [longer!, 200],
    [huge!, 5000],
  ] as const) {
    assert.is(lifts.length, length)
    assert.equal(lifts.slice(0, capacityTokens), whole)
    assert.ok(lifts.slice(capacityTokens).every((lift) => lift === 0))
  }
})

/** The cosine of a text and a vector where `share` of one token's embedding is added to another's. */
async function encoderOf(tokens: Int32Array, vector: Float32Array) {
  const given = family!.config({})
  const specs = family!.parameters(given)
  const weights = await openWeights([join(await useLiteBundle(), WEIGHTS_FILE)], { specs })
  const config = family!.fromWeights!(given, weights)
  const model = encodeModel(family!)
  const bindings = {
    ...weights.specs,
    embedding: { ...weights.specs.embedding!, kind: 'state' },
    ...tokenBindings({ rows: tokens.length, sequences: 1 }),
  } as const
  const program = compile(trace(bindings, (values) => model(config, values)))
  const table = readTensor(weights.get('embedding')) as Float32Array
  const [, width] = weights.get('embedding').shape as [number, number]
  return (token: number, other: number, share: number): number => {
    const changed = table.slice()
    for (let d = 0; d < width; d++) changed[token * width + d]! += share * table[other * width + d]!
    using embedding = createTensor('f32', weights.get('embedding').shape, changed)
    const inputs = {
      ids: tokens,
      positions: Int32Array.from(tokens, (_, i) => i),
      offsets: Int32Array.of(0, tokens.length),
    }
    const { vectors } = program.runSync(
      { ...weights.tensors, embedding, ...inputs },
      { scalars: { rows: tokens.length } },
    )
    return toFloat32(vectors!).reduce((sum, x, d) => sum + x * vector[d]!, 0)
  }
}

test.run()
