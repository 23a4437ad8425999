// A decoder that asks is told how blurred vectors are, wherever it reads them.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rejects } from '../../support/rejects.ts'
import { encoded, someTexts, tinyInverter } from './tiny_world.ts'

const texts = someTexts(5)
const vectors = encoded(texts)
const told = () => tinyInverter({ surrogate: false, model: { noiseRange: [0.01, 1] } })

test('texts, their probabilities and their surprise depend on it; 0 is what was never said', async () => {
  await using inverter = await told()
  let compared = 0
  for (const refine of [0, 40]) {
    const written = (blur?: number) => inverter.invert(vectors, { refine, blur })
    assert.equal(await written(0), await written())
    const logProbs = new Set<number>()
    for (const blur of [0, 0.5, 1]) {
      const found = await written(blur)
      const best = found.map((inversion) => inversion.best!)
      logProbs.add(best[0]!.logProb)
      const surprises = await inverter.surprise(
        best.map(({ text }) => text),
        { vectors, blur },
      )
      // The search may spell a text with other tokens than the tokenizer does.
      for (const [i, { text, logProb, perToken }] of best.entries())
        if (Math.round(logProb / perToken) === inverter.countTokens(text) + 1) {
          assert.ok(Math.abs(surprises[i]! + perToken) < 1e-4, `${surprises[i]} and ${perToken}`)
          compared++
        }
    }
    assert.is(logProbs.size, 3)
  }
  assert.ok(compared > 5)
})

test('no vector is wholly blurred, whatever is said', async () => {
  await using inverter = await told()
  assert.equal(await inverter.surprise(texts, { blur: 0.3 }), await inverter.surprise(texts))
})

test('other numbers, and a decoder that does not ask, are refused', async () => {
  await using inverter = await told()
  for (const blur of [-0.1, 1.1, Number.NaN, '1'] as number[])
    for (const call of [
      () => inverter.invert(vectors, { blur }),
      () => inverter.surprise(texts, { vectors, blur }),
    ])
      await rejects(call, 'BAD_ARGUMENT', /^blur: got .*; expected a number from 0 to 1$/)
  await using deaf = await tinyInverter()
  await rejects(
    () => deaf.invert(vectors, { blur: 0.5 }),
    'BAD_ARGUMENT',
    /^blur: got 0\.5; expected 0: this model is not told of blurred vectors$/,
  )
  assert.is((await deaf.invert(vectors, { blur: 0, refine: 0 })).length, texts.length)
})

test.run()
