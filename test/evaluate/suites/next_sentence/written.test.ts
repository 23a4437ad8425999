import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Vectors, vectorsFrom } from '../../../../lib/core/vectors.ts'
import { aboutWritten, writtenRows } from '../../../../lib/evaluate/reports/written.ts'
import type { TextDocument } from '../../../../lib/evaluate/suites/next_sentence/run.ts'
import {
  type WritingModels,
  writtenSentences,
} from '../../../../lib/evaluate/suites/next_sentence/written.ts'
import { makeLexicon } from '../../../../lib/text/lexicon.ts'
import { refusal } from '../../../concepts/domains/points.ts'

const [DIMS, space] = [2, 'circle-2']
const at = (turn: number) => [Math.cos(turn), Math.sin(turn)]
/** A sentence is "turn <angle>", and its vector lies there. */
const turnOf = (text: string) => Number(text.split(' ')[1])
const documentOf = (id: string, turns: readonly number[]): TextDocument => ({
  id,
  group: '',
  count: turns.length,
  vectors: Float32Array.from(turns.flatMap(at)),
  texts: () => turns.map((turn) => `turn ${turn}`),
})

/** It predicts the last vector, chooses by what lies a quarter of a turn further, and writes half a radian beside it. */
function models(say = (turn: number): string | null => `spin ${turn}`): WritingModels {
  const encode = async (texts: readonly string[]) => ({
    vectors: vectorsFrom(Float32Array.from(texts.map(turnOf).flatMap(at)), DIMS, space),
  })
  const predict = async (contexts: readonly Vectors[]) => ({
    predictions: contexts.map((context) => {
      const [x, y] = [...context.row(context.count - 1)]
      const turn = Math.atan2(y!, x!)
      const text = say(turn + 0.5)
      const written = { text, cosine: Math.cos(0.5), fit: Math.cos(Math.PI / 2 - 0.5), perToken: -1 }
      return {
        direction: vectorsFrom(Float32Array.from(at(turn + Math.PI / 2)), DIMS, space),
        written: [{ sentences: text === null ? [] : [written], ended: 'steps' }],
      }
    }),
  })
  const surprise = async (texts: readonly string[]) => texts.map(({ length }) => length)
  return {
    predictor: { space, dims: DIMS, predict },
    inverter: { encoder: { encode }, surprise, lexicon: makeLexicon(['turn']) },
    judge: { surprise: async (texts: string[]) => texts.map((_, i) => ({ nats: 2 * i, tokens: 1 })) },
  } as unknown as WritingModels
}
const near = (value: number | undefined, expected: number) =>
  assert.ok(Math.abs(value! - expected) < 1e-5, `${value}, not ${expected}`)

test('round trips, fits and the language of what is written, by hand', async () => {
  const report = await writtenSentences([documentOf('a', [0, 0, 1, 2])], models(), { context: 2, seed: 3 })
  assert.equal([report.documents, report.sentences, report.silent], [1, 2, 0])
  const { written, human, samples } = report
  near(written!.toPredicted, Math.cos(0.5))
  near(written!.fit, Math.sin(0.5))
  // After 0 comes 1, after 1 comes 2: each is half a radian from what is written.
  near(written!.toTrue, Math.cos(0.5))
  near(human.fit, Math.cos(Math.PI / 2 - 1))
  assert.equal([written!.judgeNll, human.judgeNll, human.nll, human.unknownWords], [1, 1, 6, 0])
  assert.is(written!.unknownWords, 1)
  assert.equal(samples[0], { ...samples[0]!, before: 'turn 0', reference: 'turn 1', text: 'spin 0.5' })
  near(samples[0]!.fit, Math.sin(0.5))
  const { header, rows } = writtenRows(report)
  assert.equal(header.slice(0, 4), ['', 'fit', 'to predicted', 'to true'])
  assert.equal(
    rows.map((row) => row.slice(0, 4)),
    [
      ['written', '0.479', '0.878', '0.878'],
      ['human', '0.841', '', ''],
    ],
  )
})

test('where nothing is written it says so', async () => {
  const some = [documentOf('a', [0, 0, 1, 2]), documentOf('short', [0])]
  const half = await writtenSentences(
    some,
    models((turn) => (turn > 1 ? null : `turn ${turn}`)),
    { context: 2 },
  )
  assert.equal([half.documents, half.sentences, half.silent, half.samples.length], [1, 2, 0.5, 1])
  assert.match(aboutWritten(half), /; nothing was written for 50\.0 %;/)
  const none = await writtenSentences(
    some,
    models(() => null),
    { context: 2 },
  )
  assert.equal([none.written, none.silent, none.samples], [null, 1, []])
  assert.equal(
    writtenRows(none).rows.map(([name]) => name),
    ['human'],
  )
})

test('what cannot be done is refused', async () => {
  const given = [documentOf('a', [0, 0, 1])]
  for (const [options, message] of [
    [{}, /^documents: got none that is long enough; expected one of 9 sentences or more/],
    [{ context: 0 }, /^context: got 0/],
    [{ perDocument: 1.5 }, /^perDocument: got 1\.5/],
    [{ samples: -1 }, /^samples: got -1/],
    [{ sead: 1 } as object, /sead/],
  ] as const)
    assert.match((await refusal(() => writtenSentences(given, models(), options))).message, message)
})

test.run()
