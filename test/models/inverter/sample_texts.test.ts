import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { tinyInverter } from './tiny_world.ts'

test('texts without a vector: one for each seed, whatever else is drawn', async () => {
  await using inverter = await tinyInverter()
  const seeds = Array.from({ length: 70 }, (_, i) => i)
  const warm = { temperature: 5, topP: 1 }
  const texts = await inverter.sampleTexts(seeds, warm)
  assert.is(texts.length, 70)
  assert.ok(new Set(texts.map(({ text }) => text)).size > 35)
  assert.equal(await inverter.sampleTexts([69, 3], warm), [texts[69], texts[3]])
  const greedy = await inverter.sampleTexts([1, 2], { temperature: 0 })
  assert.equal(greedy[0], greedy[1])
})

test('what is wrong is named', async () => {
  await using inverter = await tinyInverter()
  for (const [call, message] of [
    [() => inverter.sampleTexts([0, -1]), /seeds\[1\]: got -1; expected 0 … 2\^53 - 1/],
    [() => inverter.sampleTexts([0], { topP: 2 }), /sampling\.topP: got 2/],
  ] as const) {
    const error = await call().catch((thrown: unknown) => thrown)
    assert.match((error as Error).message, message)
  }
})

test('tokens of a text', async () => {
  await using inverter = await tinyInverter()
  assert.equal(['', 'the sea', 'the seas.'].map(inverter.countTokens), [0, 2, 4])
})

test.run()
