// How texts are measured, and rewards of encoders that do not fit.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { selfCriticalEvaluation } from '../../../lib/train/self_critical/evaluation.ts'
import { rewardTexts } from '../../../lib/train/self_critical/rewards.ts'
import { refusal } from '../../concepts/domains/points.ts'
import { tensorsOf } from '../../models/inverter/support.ts'
import { standInEncoder } from '../../support/stand_in_encoder.ts'
import { allTexts, encoder, model, network, specs, start, tokens } from './enumerated.ts'

const reward = rewardTexts(network, encoder, 'cosine')
const texts = allTexts.map((text) => tokens.pieces.text(text))

/** Ends texts sooner or later than `start` does. */
const biased = (by: number) =>
  tensorsOf(specs, {
    ...start,
    'head.bias': start['head.bias']!.map((x, id) => (id === model.end ? x + by : x)),
  })

/** Counts the letters of texts: long ones are less natural. */
const judge = {
  surprise: async (some: readonly string[]) =>
    some.map((text) => ({ nats: text.length, tokens: text.length })),
}
const options = { stageOne: network, encoder, reward, judgeWeight: 0.25, most: 8 }

test('the score is the reward less what the language has lost, by the judge that is given', async () => {
  const evaluate = await selfCriticalEvaluation(texts, { ...options, judge })
  const measured = await Promise.all([biased(20), biased(0), biased(-20)].map((p) => evaluate!(p, {})))
  const [short, same, long] = measured as [
    Record<string, number>,
    Record<string, number>,
    Record<string, number>,
  ]
  assert.is(short.surprise, 1)
  assert.is(long.surprise, 2)
  assert.is(same.reward, same.rewardBefore)
  for (const { score, reward, surprise, surpriseBefore } of [short, same, long]) {
    assert.is(surpriseBefore, same.surprise)
    assert.is(score, reward! - 0.25 * Math.max(0, surprise! - surpriseBefore!))
  }
})

test('without a judge stage 1 judges, which has nothing against its own texts', async () => {
  const evaluate = await selfCriticalEvaluation(texts, { ...options, judge: null })
  const measured = await evaluate!(biased(0), {})
  assert.ok(measured.surprise! > 0)
  assert.is(measured.score, measured.rewardBefore)
  assert.is(await selfCriticalEvaluation(['abcd'], { ...options, judge: null }), null)
})

test('a reward needs finite vectors, and whitening a spread', async () => {
  const broken = standInEncoder({
    ...encoder,
    vectorOf: () => new Float32Array(12).fill(Number.NaN),
    isLong: () => false,
  })
  const vector = (await encoder.encode(['a'])).vectors.row(0)
  const error = await refusal(() => rewardTexts(network, broken, 'cosine')([vector], [[[4]]], {}))
  assert.match(error.message, /^encoder: got NaN for "b"; expected a model of finite vectors$/)
  const unknown = await refusal(async () => rewardTexts(network, encoder, 'whitened'))
  assert.match(unknown.message, /^reward: got "whitened"; expected cosine: the inverter does not know/)
  // Lengths do not count.
  const twice = standInEncoder({
    ...encoder,
    vectorOf: () => vector.map((x) => 3 * x),
    isLong: () => false,
  })
  const [most] = await rewardTexts(network, twice, 'cosine')([vector], [[[4]]], {})
  assert.ok(Math.abs(most! - 1) < 1e-6)
})

test.run()
