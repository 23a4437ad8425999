import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Vectors } from '../../../../lib/core/vectors.ts'
import { contextMean, copyLast } from '../../../../lib/evaluate/baselines/simple.ts'
import {
  type NextSentenceModels,
  nextSentenceBits,
  type TextDocument,
} from '../../../../lib/evaluate/suites/next_sentence/run.ts'
import { inverterConfig } from '../../../../lib/models/inverter/config.ts'
import { refusal } from '../../../concepts/domains/points.ts'

const DIMS = 2
/** Sentences of `words` words, and vectors at some angles. */
function documentOf(id: string, turns: readonly number[], words = (i: number) => 1 + (i % 3)): TextDocument {
  return {
    id,
    group: '',
    count: turns.length,
    vectors: Float32Array.from(turns.flatMap((turn) => [Math.cos(turn), Math.sin(turn)])),
    texts: () => turns.map((turn, i) => Array(words(i)).fill(`w${turn}`).join(' ')),
  }
}

/** A decoder that pays 1 less the cosine for a token, and 1 without a vector: its texts tell their angles. */
const inverter: NextSentenceModels['inverter'] = {
  config: inverterConfig({ space: 'circle-2', dims: DIMS }),
  space: 'circle-2',
  dims: DIMS,
  capacityTokens: 3,
  countTokens: (text) => text.split(' ').length,
  surprise: async (texts, { vectors } = {}) =>
    texts.map((text, i) => {
      const turn = Number(/^w(\S+)/.exec(text)![1])
      const row = vectors?.row(i)
      return row ? 1 - (row[0]! * Math.cos(turn) + row[1]! * Math.sin(turn)) / Math.hypot(...row) : 1
    }),
}
const options = { context: 2, resamples: 200 }
const near = (value: number, expected: number) =>
  assert.ok(Math.abs(value - expected) < 1e-6, `${value}, not ${expected}`)

test('what a token costs, by hand', async () => {
  const turns = [0, 0.5, 1, 1.5, 2.5]
  const { methods, ...report } = await nextSentenceBits(
    [documentOf('a', turns)],
    { inverter, predictors: { copyLast, contextMean } },
    options,
  )
  // Sentences 2, 3 and 4 have 3, 1 and 2 tokens, and their ends.
  assert.equal([report.documents, report.sentences, report.tokens], [1, 3, 4 + 2 + 3])
  near(methods.noVector!.nats, 1)
  near(methods.ownVector!.nats, 0)
  near(methods.copyLast!.nats, 1 - (4 * Math.cos(0.5) + 2 * Math.cos(0.5) + 3 * Math.cos(1)) / 9)
  near(methods.copyLast!.bits, methods.copyLast!.nats / Math.log(2))
  near(methods.copyLast!.gain.nats, 1 - methods.copyLast!.nats)
  assert.equal(Object.keys(methods), ['noVector', 'ownVector', 'copyLast', 'contextMean'])
})

test('the first predictor is read with the context of the document before as well', async () => {
  const first = documentOf('a', [0, 0, 0, 0])
  const other = documentOf('b', [2, 2, 2, 2, 2, 2, 2], () => 1)
  const { methods, tokens } = await nextSentenceBits(
    [first, other],
    { inverter, predictors: { copyLast, contextMean } },
    options,
  )
  assert.is(tokens, 4 + 2 + 5 * 2)
  // Of the second document alone: whatever came before, what is expected is at an angle of 0.
  near(methods.shuffledContext!.nats, 1 - Math.cos(2))
  near(methods.shuffledContext!.gain.nats, Math.cos(2))
  near(methods.copyLast!.nats, 0)
})

test('a decoder that asks is told how blurred predictions are: as they say, or what is best for those that do not', async () => {
  /** Pays as the other one, and as much as it is told too much or too little. */
  const asking = {
    ...inverter,
    config: inverterConfig({ space: 'circle-2', dims: DIMS, noiseRange: [0.01, 1] }),
    surprise: async (texts: readonly string[], given: { vectors?: Vectors; blur?: number } = {}) =>
      (await inverter.surprise(texts, given)).map((nats) => nats + Math.abs((given.blur ?? 0) - 0.7)),
  }
  const sure = { ...copyLast, blur: 0.1 }
  const documents = [documentOf('a', [0, 0, 0, 0]), documentOf('b', [2, 2, 2, 2])]
  const told = async (inverter: NextSentenceModels['inverter'], predictors: object = { sure, copyLast }) =>
    (await nextSentenceBits(documents, { inverter, predictors: { ...predictors } }, options)).methods
  const methods = await told(asking)
  near(methods.sure!.nats, 0.6)
  near(methods.copyLast!.nats, 0.05)
  near(methods.shuffledContext!.nats, 1 - Math.cos(2) + 0.6)
  near(methods.ownVector!.nats, 0.7)
  assert.equal(
    ['sure', 'shuffledContext', 'copyLast', 'ownVector', 'noVector'].map((name) => methods[name]!.blur),
    [0.1, 0.1, 0.75, undefined, undefined],
  )
  const unsure = await told(asking, { copyLast, sure })
  near(unsure.shuffledContext!.nats, 1 - Math.cos(2) + 0.05)
  assert.is(unsure.shuffledContext!.blur, 0.75)
  const plain = await told(inverter)
  assert.equal([plain.sure!.nats, plain.sure!.blur], [plain.copyLast!.nats, undefined])
})

test('a model of the language gets the sentences before, in order, and none', async () => {
  const seen: unknown[] = []
  const language: NonNullable<NextSentenceModels['language']> = {
    surprise: async (texts, { before } = {}) => {
      seen.push([texts, before])
      // Of other tokens than the inverter's, which has 2 for each of these.
      return texts.map((_, i) => ({ nats: before ? 0.25 : 0.5, tokens: 3 + i }))
    },
  }
  const document = documentOf('a', [1, 2, 3, 4], () => 1)
  const { methods } = await nextSentenceBits([document], { inverter, predictors: {}, language }, options)
  assert.equal(seen, [
    [
      ['w3', 'w4'],
      [
        ['w1', 'w2'],
        ['w1', 'w2', 'w3'],
      ],
    ],
    [['w3', 'w4'], undefined],
  ])
  near(methods.languageModel!.nats, (0.25 * (3 + 4)) / 4)
  near(methods.languageModelAlone!.nats, (0.5 * (3 + 4)) / 4)
})

test('sentences that do not fit are left out, others are drawn by the seed and the document alone', async () => {
  const long = documentOf(
    'long',
    Array.from({ length: 40 }, (_, i) => i),
    (i) => (i % 2 ? 9 : 1),
  )
  const told = async (documents: readonly TextDocument[], seed: number) => {
    const texts: string[] = []
    const surprise: typeof inverter.surprise = (some, given) => {
      if (!given?.vectors) texts.push(...some)
      return inverter.surprise(some, given)
    }
    const models = { inverter: { ...inverter, surprise }, predictors: {} }
    await nextSentenceBits(documents, models, { ...options, perDocument: 5, seed })
    return texts
  }
  const some = await told([long], 1)
  assert.is(some.length, 5)
  assert.ok(some.every((text) => !text.includes(' ')))
  assert.equal((await told([documentOf('x', [1, 2]), long], 1)).slice(-5), some)
  assert.not.equal(await told([long], 2), some)
})

test('intervals are over documents', async () => {
  const documents = Array.from({ length: 60 }, (_, i) => documentOf(`d${i}`, [0, 0, i % 2 ? 0 : Math.PI]))
  const { methods } = await nextSentenceBits(
    documents,
    { inverter, predictors: { copyLast } },
    { ...options },
  )
  const [low, high] = methods.copyLast!.interval
  near(methods.copyLast!.nats, 1)
  const half = (1.96 * 1) / Math.sqrt(60)
  assert.ok(Math.abs(low - (1 - half)) < 0.08 && Math.abs(high - (1 + half)) < 0.08, `${low} … ${high}`)
})

test('bad input', async () => {
  const document = documentOf('a', [0, 1, 2])
  const models = { inverter, predictors: { copyLast } }
  for (const [call, message] of [
    [
      () => nextSentenceBits([], models),
      /^documents: got no document; expected at least one with 9 sentences/,
    ],
    [() => nextSentenceBits([document], models), /^documents: got none with a sentence to tell after 8/],
    [() => nextSentenceBits([document], models, { context: 0 }), /^context: got 0/],
    [() => nextSentenceBits([document], models, { perDocument: 1.5 }), /^perDocument: got 1.5/],
    [() => nextSentenceBits([document], models, { seed: -1 }), /^seed: got -1/],
    [() => nextSentenceBits([document], models, { contexts: 1 } as never), /^contexts: no such option/],
    [() => nextSentenceBits([{ ...document, count: 4 }], models, options), /^document "a": got 6 numbers/],
  ] as const) {
    const error = await refusal(call)
    assert.is(error.code, 'BAD_ARGUMENT')
    assert.match(error.message, message)
  }
  const stopped = AbortSignal.abort(new Error('enough'))
  await nextSentenceBits([document], models, { ...options, signal: stopped }).then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, 'enough'),
  )
})

test.run()
