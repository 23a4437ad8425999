// What is told while an inversion is under way.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { InversionStep } from '../../../lib/models/inverter/inversion.ts'
import type { InvertOptions } from '../../../lib/models/inverter/options.ts'
import { bagOfWords } from '../../support/bag_of_words.ts'
import { encoded, someTexts, tinyInverter } from './tiny_world.ts'
import { assertSteps } from './told_steps.ts'

const texts = someTexts(3)
const ways: Readonly<Record<string, InvertOptions>> = {
  refined: { refine: 40, beam: 2, candidates: 2 },
  'not refined': { refine: 0 },
  sampled: { refine: 20, sampling: { samples: 3, seed: 1 } },
}

for (const [name, options] of Object.entries(ways))
  test(`${name}: a step for each point of the curve, with the text that would be given`, async () => {
    await using inverter = await tinyInverter()
    const told = await assertSteps(inverter, encoded(texts), options)
    if (options.refine === 40) assert.ok(told.length > 2 * texts.length)
  })

test('they are told while texts are still being encoded', async () => {
  const encoder = bagOfWords()
  await using inverter = await tinyInverter({ encoder })
  const encodedThen: number[] = []
  const onStep = () => encodedThen.push(encoder.encoded.length)
  await inverter.invert(encoded([texts[0]!]), { refine: 40, beam: 2, onStep })
  assert.ok(encodedThen.length > 2 && new Set(encodedThen).size > 2, `${encodedThen}`)
})

test('vectors of a stream are counted from its beginning, beyond a block as well', async () => {
  await using inverter = await tinyInverter()
  const seen = new Set<number>()
  const onStep = ({ index }: InversionStep) => seen.add(index)
  const source = [encoded(someTexts(66)), encoded(texts)]
  for await (const _ of inverter.invertEach(source, { refine: 0, beam: 1, onStep }));
  assert.equal(
    [...seen],
    Array.from({ length: 69 }, (_, i) => i),
  )
})

test('an abort, or an error, at a step ends the inversion', async () => {
  await using inverter = await tinyInverter()
  const stop = new AbortController()
  let steps = 0
  const reasonOf = (options: InvertOptions) =>
    inverter.invert(encoded(texts), { refine: 40, ...options }).then(
      () => 'was not ended',
      (error: unknown) => (error as Error).message,
    )
  const fail = () => {
    steps++
    throw new Error('no more')
  }
  assert.is(await reasonOf({ onStep: fail }), 'no more')
  assert.is(steps, 1)
  assert.is(await reasonOf({ signal: stop.signal, onStep: () => stop.abort(new Error('enough')) }), 'enough')
})

test.run()
