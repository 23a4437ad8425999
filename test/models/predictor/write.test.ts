// Sentences are written for predicted vectors, and their own vectors are read as the next concepts.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { unitLength } from '../../../lib/core/rows.ts'
import {
  type Inverter,
  cosine as similarity,
  type Vectors,
  vectorsFrom,
  type WrittenSentence,
} from '../../../lib/index.ts'
import type { Inversion, InvertedText } from '../../../lib/models/inverter/inversion.ts'
import { predictorParameters } from '../../../lib/models/predictor/parameters.ts'
import { makePredictor } from '../../../lib/models/predictor/predictor.ts'
import { deviceInfo } from '../../../lib/runtime/device.ts'
import { weightSet } from '../../../lib/weights/weight_set.ts'
import { DIMS } from '../../support/bag_of_words.ts'
import { rejects } from '../../support/rejects.ts'
import { difference } from '../../support/values.ts'
import { spread } from '../../train/tiny_data.ts'
import { tensorsOf } from '../inverter/support.ts'
import { encoded, tinyInverter } from '../inverter/tiny_world.ts'
import { livelyParameters, runForward, tinyConfig } from './support.ts'

const space = 'bag-32'
const context = ['the old king', 'a red ship sails the sea', 'wind and storm']
const inverter = await tinyInverter()

function predictorOf(change: object = {}) {
  const config = tinyConfig({ space, dims: DIMS, ...change })
  const parameters = {
    ...livelyParameters(config),
    ...(config.standardised
      ? { 'space.mean': spread(3, [DIMS], 0, 0.1), 'space.scale': spread(4, [DIMS], 0.2, 0.1) }
      : {}),
  }
  const weights = weightSet(tensorsOf(predictorParameters(config), parameters))
  const predictor = makePredictor({ name: 'tiny', fingerprint: 'tiny', config, weights })
  return { config, parameters, predictor }
}

type Said = string | readonly string[] | null

/** An inverter that writes the given sentences, in turn for each vector of a call, one or several for each. */
function scripted(...turns: readonly (readonly Said[])[]): Inverter {
  let turn = 0
  return {
    ...inverter,
    invert: async (vectors: Vectors) =>
      turns[turn++]!.slice(0, vectors.count).map((said, i) => {
        const texts = said === null ? [] : [said].flat()
        const candidates = texts.map((text) => ({ text, cosine: i / 10, perToken: -1 }) as InvertedText)
        return { candidates: candidates as readonly InvertedText[] } as Inversion
      }),
  }
}

for (const change of [{ variant: 'sequence' }, { variant: 'concept', standardised: true }] as const)
  test(`${change.variant}: what is written is what is read, step by step`, async () => {
    const { config, parameters, predictor } = predictorOf(change)
    const texts = ['a dark river', 'war', 'the queen sails in the wind']
    const given = scripted(...texts.map((text) => [text]))
    const { predictions, vectors } = await predictor.predict(encoded(context), { steps: 3, inverter: given })
    const { candidates, written, direction } = predictions[0]!
    assert.equal(
      written!.map(({ sentences, ended }) => [ended, ...sentences.map(({ text }) => text)]),
      [['steps', ...texts]],
    )
    assert.equal(vectors.toFloat32Array(), candidates[0]!.toFloat32Array())
    const last = (data: Float32Array) => unitLength(data.subarray(-DIMS))
    for (const step of texts.keys()) {
      const whole = encoded([...context, ...texts.slice(0, step)]).toFloat32Array()
      const { predicted, expected } = runForward(config, parameters, [whole], [context.length])
      assert.is(difference(candidates[0]!.row(step), [...last(expected)], 1e-5), null)
      if (step === 0) assert.is(difference(direction.row(0), [...last(predicted)], 1e-5), null)
    }
    const own = await predictor.predict(encoded(context), { inverter, seed: 3 })
    const drawn = (await inverter.invert(own.vectors, {
      ...{ refine: 0, guidance: 1, candidates: 16 },
      sampling: { samples: 16, temperature: 0.6, topP: 0.9, seed: 3 },
    })) as [Inversion]
    const to = own.predictions[0]!.direction.row(0)
    const worth = drawn[0].candidates
      .filter(({ text }) => text !== '')
      .map(({ text, cosine, perToken }) => {
        const fit = similarity(to, encoded([text]).row(0))
        return { told: { text, cosine, perToken }, fit, worth: fit + 0.03 * perToken }
      })
    const best = worth.reduce((a, b) => (b.worth > a.worth ? b : a))
    const { sentences, ended } = own.predictions[0]!.written![0]!
    const [{ fit, ...told }] = sentences as [WrittenSentence]
    assert.equal([told, ended], [best.told, 'steps'])
    assert.ok(Math.abs(fit - best.fit) < 1e-5, `${fit}, not ${best.fit}`)
    if (!config.standardised) assert.ok(Math.abs(fit - told.cosine) < 1e-5)
    predictor.dispose()
  })

test('candidates and neighbours in a batch change nothing, and what is empty says nothing', async () => {
  const { predictor } = predictorOf()
  const options = { steps: 2, candidates: 3, seed: 5, inverter }
  const none = vectorsFrom(new Float32Array(0), DIMS, space)
  const [many, empty, other] = (await predictor.predict([encoded(context), none, encoded(['red'])], options))
    .predictions
  const alone = (await predictor.predict(encoded(context), options)).predictions[0]!
  assert.equal(many!.written, alone.written)
  assert.equal(
    many!.candidates.map((c) => c.toFloat32Array()),
    alone.candidates.map((c) => c.toFloat32Array()),
  )
  assert.is(alone.written!.length, 3)
  const last = await predictor.predict(encoded(context), { ...options, seed: 2 ** 53 - 1 })
  assert.is(last.predictions[0]!.written!.length, 3)
  assert.is(other!.written!.length, 3)
  assert.equal([empty!.written, empty!.direction.count, empty!.candidates[0]!.count], [null, 0, 0])
  predictor.dispose()
})

test('without an inverter nothing is written', async () => {
  const { predictor } = predictorOf()
  const [{ written, candidates, direction }] = (await predictor.predict(encoded(context), { steps: 2 }))
    .predictions as [Awaited<ReturnType<typeof predictor.predict>>['predictions'][0]]
  assert.is(written, null)
  assert.equal(direction.row(0), candidates[0]!.row(0))
  predictor.dispose()
})

test('it ends where a sentence would be said again, or where there is none', async () => {
  const { predictor } = predictorOf()
  const told = async (steps: number, ...texts: readonly (string | null)[]) => {
    const given = scripted(...texts.map((text) => [text]))
    const { predictions } = await predictor.predict(encoded(context), { steps, inverter: given })
    const { sentences, ended } = predictions[0]!.written![0]!
    assert.is(predictions[0]!.candidates[0]!.count, sentences.length)
    return [ended, ...sentences.map(({ text }) => text)]
  }
  assert.equal(await told(5, 'the sea', 'dark river', 'the sea'), ['repetition', 'the sea', 'dark river'])
  // The same words in another order have the same vector here.
  assert.equal(await told(5, 'the sea', 'sea the'), ['repetition', 'the sea'])
  assert.equal(await told(5, 'the old king'), ['repetition'])
  assert.equal(await told(5, 'king old the'), ['repetition'])
  assert.equal(await told(5, 'the sea', null), ['silence', 'the sea'])
  assert.equal(await told(5, ''), ['silence'])
  assert.equal(await told(2, 'the sea', 'dark river'), ['steps', 'the sea', 'dark river'])
  predictor.dispose()
})

test('of several the one that fits best is written, but none that repeats', async () => {
  const { predictor } = predictorOf()
  const { predictions } = await predictor.predict(encoded(context))
  const fitOf = (text: string) => similarity(predictions[0]!.direction.row(0), encoded([text]).row(0))
  const texts = ['the sea', 'dark river', 'a queen', 'the old king'].sort((a, b) => fitOf(b) - fitOf(a))
  const given = scripted([texts])
  const written = (await predictor.predict(encoded(context), { inverter: given })).predictions[0]!.written!
  const expected = texts.filter((text) => !context.includes(text))[0]
  assert.equal(
    written[0]!.sentences.map(({ text }) => text),
    [expected],
  )
  predictor.dispose()
})

test('what was said long before may be said again', async () => {
  const { predictor } = predictorOf()
  // One dimension each.
  const words = new Map(
    Array.from({ length: 99 }, (_, i) => [
      encoded([`w${i}`])
        .row(0)
        .indexOf(Math.max(...encoded([`w${i}`]).row(0))),
      `w${i}`,
    ]),
  )
  const [first, ...others] = [...words.values()].slice(0, 17)
  const long = encoded([first!, ...others])
  assert.is(long.count, 17)
  const ended = async (text: string) =>
    (await predictor.predict(long, { inverter: scripted([text]) })).predictions[0]!.written![0]!.ended
  assert.equal([await ended(first!), await ended(others[0]!)], ['steps', 'repetition'])
  predictor.dispose()
})

test('one candidate ends and the others go on', async () => {
  const { predictor } = predictorOf()
  const texts = scripted(['the sea', 'the old king', null], ['river'], ['a queen'])
  const { predictions, vectors } = await predictor.predict(encoded(context), {
    ...{ steps: 3, candidates: 3, inverter: texts },
  })
  assert.equal(
    predictions[0]!.written!.map(({ sentences, ended }) => [ended, ...sentences.map(({ text }) => text)]),
    [['steps', 'the sea', 'river', 'a queen'], ['repetition'], ['silence']],
  )
  assert.equal(
    predictions[0]!.candidates.map(({ count }) => count),
    [3, 0, 0],
  )
  assert.is(vectors.count, 3)
  predictor.dispose()
})

test('another space, no inverter, cancelled and disposed', async () => {
  const { predictor } = predictorOf()
  const before = deviceInfo().liveBytes.state
  const predict = (given: unknown, more: object = {}) =>
    predictor.predict(encoded(context), { steps: 4, inverter: given as Inverter, ...more })
  await rejects(
    () => predict({ ...inverter, space: 'other-32' }),
    'SPACE_MISMATCH',
    /other-32.*bag-32|bag-32.*other-32/,
  )
  for (const nothing of [null, 'tiny', {}])
    await rejects(
      () => predict(nothing),
      'BAD_ARGUMENT',
      /^inverter: got .*; expected an inverter, as loadInverter gives it$/,
    )
  const controller = new AbortController()
  const reason = new Error('enough')
  let calls = 0
  const slow: Inverter = {
    ...inverter,
    invert: async (vectors, options) => {
      if (++calls === 2) controller.abort(reason)
      return inverter.invert(vectors, options)
    },
  }
  await predict(slow, { signal: controller.signal }).then(
    () => assert.unreachable('was not cancelled'),
    (error) => assert.is(error, reason),
  )
  assert.is(calls, 2)
  const own = await tinyInverter()
  const ended: Inverter = {
    ...own,
    invert: async (vectors, options) => {
      const found = await own.invert(vectors, options)
      own.dispose()
      return found
    },
  }
  await rejects(() => predict(ended), 'DISPOSED', /tiny/)
  assert.is(deviceInfo().liveBytes.state, before)
  // The predictor itself lets what is under way finish.
  const underWay = predict(inverter)
  predictor.dispose()
  assert.is((await underWay).predictions.length, 1)
  await rejects(() => predict(inverter), 'DISPOSED', /tiny: the model was disposed/)
})

test.after(() => inverter.dispose())
test.run()
