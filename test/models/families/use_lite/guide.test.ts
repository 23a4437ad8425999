// What the guide tells, beside what the encoder does with other embeddings.
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compile, toFloat32 } from '../../../../lib/graph/program.ts'
import { type BindingSpec, trace } from '../../../../lib/graph/trace.ts'
import { loadModel } from '../../../../lib/models/encoder/load.ts'
import { USE_LITE, useLiteBundle } from '../../../../lib/models/families/use_lite/convert.ts'
import { useLite } from '../../../../lib/models/families/use_lite/forward.ts'
import { createTensor, readTensor } from '../../../../lib/tensor/device_tensor.ts'
import { createUnigramTokenizer } from '../../../../lib/text/tokenizers/unigram.ts'
import { mapWeights } from '../../../../lib/weights/map.ts'

const texts = ['The captain sold the old ship in spring.', 'Prices of bread rose again this year.']
const targets = ['The owner bought a new boat in summer.', 'The cost of food is higher now.']
const WIDTH = 256

test('a lift is how the cosine changes as some of a token is added to another', async () => {
  await using model = await loadModel()
  const tokens = createUnigramTokenizer(model.guide.vocabulary).encode(texts[0]!)
  const vector = (await model.encode([targets[0]!])).vectors.row(0)
  const cosineWith = await encoderOf(tokens, vector)
  const others = [700, 1234, 3210]
  const asked = Int32Array.from([...tokens].flatMap(() => others))
  const [lifts] = await model.guide.lifts([{ tokens, vector, asked }], others.length, {})
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
  await using model = await loadModel()
  const { guide } = model
  const tokenizer = createUnigramTokenizer(guide.vocabulary)
  const { vectors } = await model.encode(targets)
  const some = Array.from({ length: 70 }, (_, i) => {
    const tokens = tokenizer.encode(texts[i % 2]!)
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

/** The cosine of a text and a vector where `share` of one token's embedding is added to another's. */
async function encoderOf(tokens: Int32Array, vector: Float32Array) {
  const weights = await mapWeights(join(await useLiteBundle(), USE_LITE.weights))
  const config = { layers: 2, inverseFrequencies: [...readTensor(weights.get('timing.inv_freq')!)] }
  const specs = Object.fromEntries(
    [...weights].map(([name, { dtype, shape }]): [string, BindingSpec] => [
      name,
      { kind: name === 'embedding' ? 'state' : 'weight', dtype, shape },
    ]),
  )
  const rows = (n: number): BindingSpec => ({ kind: 'input', dtype: 'i32', shape: [n] })
  const program = compile(
    trace(
      { ...specs, ids: rows(tokens.length), positions: rows(tokens.length), offsets: rows(2) },
      (values) => useLite(config, values),
    ),
  )
  const table = readTensor(weights.get('embedding')!) as Float32Array
  return (token: number, other: number, share: number): number => {
    const changed = table.slice()
    for (let d = 0; d < WIDTH; d++) changed[token * WIDTH + d]! += share * table[other * WIDTH + d]!
    using embedding = createTensor('f32', weights.get('embedding')!.shape, changed)
    const { vectors } = program.runSync({
      ...Object.fromEntries(weights),
      embedding,
      ids: tokens,
      positions: Int32Array.from(tokens, (_, i) => i),
      offsets: Int32Array.of(0, tokens.length),
    })
    return toFloat32(vectors!).reduce((sum, x, d) => sum + x * vector[d]!, 0)
  }
}

test.run()
