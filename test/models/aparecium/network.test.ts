// The tiny checkpoint's adapter, decoder, surrogate and sketcher, by what PyTorch's layers give.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { joinBlocks } from '../../../lib/core/rows.ts'
import { toFloat32 } from '../../../lib/graph/program.ts'
import type { Value } from '../../../lib/graph/value.ts'
import { weightsOf } from '../../../lib/layers/weights.ts'
import { sinusoids } from '../../../lib/models/aparecium/decoder.ts'
import type { ApareciumParts } from '../../../lib/models/aparecium/inverter.ts'
import { readVectors } from '../../../lib/models/inverter/adapter.ts'
import { type InverterConfig, memoryRows } from '../../../lib/models/inverter/config.ts'
import { inverterForward, textInputs } from '../../../lib/models/inverter/forward.ts'
import { scoreTexts } from '../../../lib/models/inverter/refine/score.ts'
import { openDecoding } from '../../../lib/models/inverter/search/decoding.ts'
import { packTokens } from '../../../lib/text/packed_tokens.ts'
import { logSoftmax } from '../inverter/support.ts'
import { farthest, golden, rows, some, tinyAparecium, tinyParts } from './support.ts'

const SHOWN = golden.logits[0]![0]!.length
const { vocabulary } = golden.sizes
const two = rows.slice(0, 2)

let parts: ApareciumParts
test.before(async () => {
  parts = await tinyParts()
})
test.after(() => parts.disposeParts())

/** Logits over whole sequences of ids as they are, [sequence][place][vocabulary]. */
function wholeLogits(texts: readonly (readonly number[])[]): Float32Array[][] {
  const { config, weights, programs } = parts.network
  const { rows: live, ...inputs } = packTokens(texts, texts.length)
  const bindings = textInputs(config, { rows: live, texts: texts.length })
  const program = programs.get(inverterForward, config, { ...weights.specs, ...bindings })
  const width = memoryRows(config)
  const kvRange = Int32Array.from({ length: 2 * texts.length }, (_, i) => Math.ceil(i / 2) * width)
  const given = { ...weights.tensors, ...inputs, kvRange, vectors: joinBlocks(two) }
  const all = toFloat32(program.runSync(given, { scalars: { rows: live } }).logits!)
  let row = 0
  return texts.map((text) => text.map(() => all.subarray(row * vocabulary, ++row * vocabulary)))
}

test('the memory of vectors', () => {
  const { config, weights, programs } = parts.network
  const adapt = (own: InverterConfig, values: Readonly<Record<string, Value>>) => {
    const w = weightsOf(values)
    return { outputs: { memory: readVectors(own, w, w.get('vectors'), null, 'f32').memory } }
  }
  const shape = [two.length, config.dims]
  const program = programs.get(adapt, config, {
    ...weights.specs,
    vectors: { kind: 'input', dtype: 'f32', shape },
  })
  const { memory } = program.runSync({ ...weights.tensors, vectors: joinBlocks(two) }, {})
  assert.ok(farthest(toFloat32(memory!), golden.memory.flat(2)) < 1e-5)
})

test('logits of whole texts, with the start token and without', () => {
  for (const [sequence, places] of wholeLogits(golden.ids).entries())
    for (const [place, logits] of places.entries()) {
      assert.ok(farthest(logits.subarray(0, SHOWN), golden.logits[sequence]![place]!) < 1e-4)
      const own = logSoftmax(logits).subarray(0, SHOWN)
      assert.ok(farthest(own, golden.logProbs[sequence]![place]!) < 1e-4)
    }
  for (const [sequence, places] of wholeLogits(golden.ids.map((ids) => ids.slice(1))).entries())
    for (const [place, logits] of places.entries())
      assert.ok(farthest(logSoftmax(logits).subarray(0, SHOWN), golden.apart[sequence]![place]!) < 1e-4)
})

/** Log-probabilities of all tokens after each of some texts' tokens, by a cache. */
async function stepped(texts: readonly (readonly number[])[]): Promise<Float32Array[][]> {
  using decoding = await openDecoding(parts.network, joinBlocks(two), {
    ...{ rowsPerVector: 5, k: vocabulary, guidance: 1 },
  })
  const told: Float32Array[][] = texts.map(() => [])
  let histories: (readonly number[])[] = texts.map(() => [])
  for (const place of texts[0]!.keys()) {
    const asked = texts.map((ids, vector) => ({ vector, token: ids[place]!, history: histories[vector]! }))
    const next = await decoding.step(asked, {})
    histories = next.map(({ history }) => history)
    for (const [vector, { tokens, logProbs }] of next.entries()) {
      const all = new Float32Array(vocabulary)
      for (const [i, token] of tokens.entries()) all[token] = logProbs[i]!
      told[vector]!.push(all)
    }
  }
  return told
}

test('the same token by token, with a cache', async () => {
  for (const [texts, wanted] of [
    [golden.ids, golden.logProbs],
    [golden.ids.map((ids) => ids.slice(1)), golden.apart],
  ] as const)
    for (const [sequence, places] of (await stepped(texts)).entries())
      for (const [place, logProbs] of places.entries())
        assert.ok(farthest(logProbs.subarray(0, SHOWN), wanted[sequence]![place]!) < 1e-4)
})

test('a text is scored with its first token as what follows a sentence, and the others without anything before', async () => {
  const { opening } = parts.network.habits
  const texts = golden.ids.map(([, ...tokens], i) => ({ tokens, vector: two[i]! }))
  const scores = await scoreTexts(parts.network, texts, vocabulary, {})
  for (const [i, { surprises, tokens, logProbs }] of scores.entries()) {
    const n = texts[i]!.tokens.length
    assert.is(surprises.length, n + 1)
    assert.is(surprises[n], 0) // the end was never taught
    const [first] = texts[i]!.tokens
    assert.ok(Math.abs(surprises[0]! + golden.opening[i]![opening!.told(first!)]!) < 1e-4)
    for (let place = 0; place <= n; place++)
      for (let r = 0; r < vocabulary; r++) {
        const at = place * vocabulary + r
        const token = tokens[at]!
        if (place === 0) {
          const told = golden.opening[i]!.filter((_, other) => opening!.first(other) === token)
          assert.ok(told.some((one) => Math.abs(logProbs[at]! - one) < 1e-4))
        } else if (token < SHOWN)
          assert.ok(Math.abs(logProbs[at]! - golden.apart[i]![place - 1]![token]!) < 1e-4)
        if (place > 0 && place < n && token === texts[i]!.tokens[place])
          assert.ok(Math.abs(logProbs[at]! + surprises[place]!) < 1e-4)
      }
  }
})

test('a first token is told with its space, where there is such a token', () => {
  const { asked, first, told } = parts.network.habits.opening!
  const { pieces } = parts.network.tokens
  assert.is(pieces.piece(asked), '.')
  const idOf = (text: string) => pieces.find(text)!
  assert.is(first(idOf(' t')), idOf('t'))
  assert.is(told(idOf('t')), idOf(' t'))
  assert.is(told(idOf(' t')), idOf(' t'))
  assert.is(first(idOf('.')), idOf('.'))
  assert.is(first(idOf(' ')), idOf(' '))
})

test('guessed cosines, alone and in a batch', async () => {
  const texts = golden.read.map((tokens) => ({ tokens, vector: rows[0]! }))
  const all = await parts.surrogate!.cosines(texts, {})
  assert.ok(farthest(all, golden.cosines) < 1e-4)
  for (const [i, text] of texts.entries()) assert.is((await parts.surrogate!.cosines([text], {}))[0], all[i])
})

test('plans, as the sketcher gives them', async () => {
  using inverter = await tinyAparecium()
  const plans = await inverter.plan!(some(0, 1))
  for (const [i, { url, ticker, address, number }] of plans.entries())
    assert.ok(farthest([url, ticker, address, number], golden.plans[i]!) < 1e-5)
  assert.equal(await inverter.plan!(some(1)), plans.slice(1))
})

test('tokens are those of the tokenizer', () => {
  const { tokenizer, pieces } = parts.network.tokens
  for (const [i, text] of golden.texts.entries()) {
    assert.equal([...tokenizer.encode(text)], golden.read[i])
    assert.is(pieces.text(golden.read[i]!), text)
  }
})

test('sinusoids are sine and cosine side by side', () => {
  const table = sinusoids(65, 16)
  for (const place of [0, 1, 7, 64])
    for (let i = 0; i < 16; i++) {
      const angle = place / 10_000 ** ((i - (i % 2)) / 16)
      assert.ok(Math.abs(table[place * 16 + i]! - (i % 2 ? Math.cos(angle) : Math.sin(angle))) < 1e-5)
    }
})

test.run()
