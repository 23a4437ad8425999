// Refinement: nearer and never farther, within its calls, and over where it has what was asked for.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Inversion } from '../../../../lib/models/inverter/inversion.ts'
import type { InvertOptions } from '../../../../lib/models/inverter/options.ts'
import { askedOf, edited, edits } from '../../../../lib/models/inverter/refine/edits.ts'
import type { TextScore } from '../../../../lib/models/inverter/refine/score.ts'
import { bagOfWords } from '../../../support/bag_of_words.ts'
import { encoded, someTexts, tinyInverter } from '../tiny_world.ts'

const texts = someTexts(12, 9)
const ways: Readonly<Record<string, InvertOptions>> = {
  beam: {},
  'a beam of one': { beam: 1 },
  samples: { sampling: { samples: 6, seed: 2 } },
  candidates: { candidates: 5, beam: 8, noRepeatNgram: 2 },
  constraints: { constraints: { include: ['zoo'] } },
}

for (const [name, options] of Object.entries(ways))
  test(`${name}: more calls never give a text that counts less, nor a nearest one that is less near`, async () => {
    await using inverter = await tinyInverter()
    const found = (refine: number) => inverter.invert(encoded(texts), { ...options, refine })
    const runs = [await found(0), await found(40), await found(200)]
    for (const value of [({ best }: Inversion) => best!.score, ({ nearest }: Inversion) => nearest!.cosine]) {
      const [none, some, many] = runs.map((run) => run.map(value)) as [number[], number[], number[]]
      for (const i of texts.keys()) assert.ok(some[i]! >= none[i]! && many[i]! >= some[i]!, texts[i])
      const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
      assert.ok(mean(many) > mean(some) && mean(some) > mean(none) + 0.01, `${[none, some, many].map(mean)}`)
    }
  })

test('the best text has the highest score, by its formula; the nearest and the likeliest are no worse at theirs', async () => {
  await using inverter = await tinyInverter()
  const options = { refine: 80, candidates: 6 }
  for (const { best, nearest, likeliest, candidates } of await inverter.invert(encoded(texts), options)) {
    for (const { cosine, perToken, worst, score, logProb, text } of [...candidates, nearest!, likeliest!]) {
      assert.ok(Math.abs(score - (cosine + 0.02 * perToken - 0.01 * Math.max(0, worst - 7))) < 1e-6, text)
      assert.ok(score < cosine && worst >= -perToken - 1e-6, text)
      const tokens = logProb / perToken
      assert.ok(Math.abs(tokens - Math.round(tokens)) < 1e-3 && tokens > 1.5, text)
    }
    assert.equal(best, candidates[0])
    for (const [i, { score }] of candidates.entries()) assert.ok(i === 0 || score <= candidates[i - 1]!.score)
    assert.ok(candidates.every(({ cosine }) => nearest!.cosine >= cosine))
    assert.ok(candidates.every(({ perToken }) => likeliest!.perToken >= perToken))
  }
})

test('it stops where nothing is gained any more, and more calls would not have changed that', async () => {
  await using inverter = await tinyInverter()
  const [some, more] = [
    await inverter.invert(encoded(texts), { refine: 500 }),
    await inverter.invert(encoded(texts), { refine: 1000 }),
  ]
  const early = some.flatMap((inversion, i) => (inversion.calls < 500 ? [{ inversion, i }] : []))
  assert.ok(early.length > 0)
  for (const { inversion, i } of early) assert.equal(more[i], inversion)
})

for (const [name, options] of Object.entries(ways))
  test(`${name}: as many texts are encoded as it says, each once, and no more than it may`, async () => {
    const encoder = bagOfWords()
    await using inverter = await tinyInverter({ encoder })
    const most = options.sampling?.samples ?? (options.beam === 1 ? 1 : 4 * (options.beam ?? 5))
    for (const refine of [0, 1, 37, 80])
      for (const text of texts.slice(0, 6)) {
        const before = encoder.encoded.length
        const [{ calls, curve }] = (await inverter.invert(encoded([text]), { ...options, refine })) as [
          Inversion,
        ]
        const own = encoder.encoded.slice(before)
        assert.is(own.length, calls)
        assert.is(new Set(own).size, calls, 'a text was encoded twice')
        assert.ok(calls > 0 && calls <= (refine || most), `${calls} of ${refine}`)
        if (refine <= 1) assert.is(curve.length, 1)
        assert.ok(curve.every((at, i) => i === 0 || at.calls > curve[i - 1]!.calls))
      }
  })

const corrector = { model: { hypothesisLayers: 1 } }
test('a decoder that reads what it has written: no worse, within its calls, each text once, the same in any batch', async () => {
  const encoder = bagOfWords()
  await using inverter = await tinyInverter({ ...corrector, encoder })
  await using plain = await tinyInverter()
  const runs: (readonly Inversion[])[] = []
  for (const refine of [0, 40, 120]) runs.push(await inverter.invert(encoded(texts), { refine }))
  const [none, some, many] = runs as [readonly Inversion[], readonly Inversion[], readonly Inversion[]]
  // Without hypotheses it is the same decoder.
  assert.equal(none, await plain.invert(encoded(texts), { refine: 0 }))
  let others = 0
  const edited = await plain.invert(encoded(texts), { refine: 120 })
  for (const [i, { best, nearest, calls }] of many.entries()) {
    assert.ok(best!.score >= some[i]!.best!.score && some[i]!.best!.score >= none[i]!.best!.score)
    assert.ok(nearest!.cosine >= none[i]!.nearest!.cosine && calls <= 120)
    if (best!.text !== edited[i]!.best!.text) others++
  }
  assert.ok(others > 0)
  for (const i of [0, 7, 11]) {
    const before = encoder.encoded.length
    assert.equal(await inverter.invert(encoded([texts[i]!]), { refine: 120 }), [many[i]])
    const own = encoder.encoded.slice(before)
    assert.equal([own.length, new Set(own).size], [many[i]!.calls, many[i]!.calls])
  }
})

test('refinement stops once minCosine is reached, and not before', async () => {
  await using inverter = await tinyInverter()
  const free = await inverter.invert(encoded(texts), { refine: 300 })
  let [early, late] = [0, 0]
  for (const [i, { curve }] of free.entries()) {
    const most = Math.max(...curve.map(({ cosine }) => cosine))
    for (const minCosine of [curve[0]!.cosine, (curve[0]!.cosine + most) / 2, most, -1]) {
      const reached = curve.find(({ cosine }) => cosine >= minCosine)!.calls
      const [{ best, calls }] = (await inverter.invert(encoded([texts[i]!]), { refine: 300, minCosine })) as [
        Inversion,
      ]
      assert.ok(calls <= reached, `${minCosine}: ${calls} calls, though ${reached} are enough`)
      assert.ok(best!.cosine >= minCosine)
      if (reached === curve[0]!.calls) early++
      else late++
    }
  }
  assert.ok(early > 0 && late > 0)
})

test('a text that has the vector itself ends the search, whatever was asked for', async () => {
  await using inverter = await tinyInverter()
  let exact = 0
  for (const minCosine of [undefined, 1])
    for (const { best, calls, curve } of await inverter.invert(encoded(texts), { refine: 400, minCosine })) {
      const last = curve.at(-1)!.cosine
      assert.ok(last <= 1)
      assert.ok(curve.slice(0, -1).every(({ cosine }) => cosine < 1 - 1e-6))
      assert.ok(calls <= 400)
      if (last >= 1 - 1e-6) exact++
      assert.is(best !== null, minCosine === undefined || last >= 1 - 1e-6)
    }
  assert.ok(exact > 0)
})

test('tokens that spell the same are one text', async () => {
  await using inverter = await tinyInverter()
  let spelled = 0
  for (const seed of [1, 2, 3, 4]) {
    const sampling = { samples: 64, temperature: 10, topP: 1, seed }
    const options = { sampling, candidates: 64, maxTokens: 1, refine: 0 }
    for (const { candidates } of await inverter.invert(encoded(texts.slice(0, 4)), options)) {
      const words = candidates.map(({ text }) => text)
      if (words.includes('a')) spelled++
      assert.is(new Set(words).size, words.length)
    }
  }
  assert.ok(spelled > 0, 'two tokens are "a", and neither was drawn')
})

test('what is less near than minCosine is no result, and is told all the same', async () => {
  await using inverter = await tinyInverter()
  const [plain] = await inverter.invert(encoded(['the old sea']), { refine: 0, candidates: 3 })
  const above = plain!.best!.cosine + 1e-3
  const [{ best, candidates }] = (await inverter.invert(encoded(['the old sea']), {
    refine: 0,
    candidates: 3,
    minCosine: above,
  })) as [Inversion]
  assert.is(best, null)
  assert.equal(candidates, plain!.candidates)
})

test('a text that reaches minCosine comes before likelier ones that do not', async () => {
  await using inverter = await tinyInverter()
  for (const minCosine of [0.4, 0.6, 0.8]) {
    for (const { best, candidates, curve } of await inverter.invert(encoded(texts), {
      refine: 120,
      candidates: 8,
      minCosine,
    })) {
      const some = candidates.some(({ cosine }) => cosine >= minCosine)
      assert.is(best !== null, some)
      assert.is(curve.at(-1)!.cosine >= minCosine, some)
    }
  }
})

/** A score in which every place has the tokens 7 and 8, the text's own token costs 3 nats, and the end is fourth. */
function scoreOf(places: number): TextScore {
  return {
    surprises: new Float32Array(places).fill(3),
    tokens: Int32Array.from({ length: 4 * places }, (_, i) => [7, 8, 3, 2][i % 4]!),
    logProbs: Float32Array.from({ length: 4 * places }, (_, i) => [-1, -2, -1.5, -4][i % 4]!),
  }
}

const limits = { end: 2, reserved: 6 }

test('edits put in, take out and replace, and keep to words', () => {
  const found = edits([8, 9], scoreOf(3), 4, null, limits).sort((a, b) => b.gain - a.gain)
  // Some texts come about in two ways; the first is the better one.
  const told = new Map([...found].reverse().map((edit) => [edited([8, 9], edit).join(' '), edit.gain]))
  for (const [text, gain] of [
    ['7 9', 2],
    ['7 8 9', 2],
    ['8 7', 2],
    ['8 9 7', 2],
    ['8 8 9', 1],
    ['7', 1],
    ['8', 0],
    ['9', 0],
  ] as const)
    assert.is(told.get(text), gain, text)
  for (const edit of found) {
    const text = edited([8, 9], edit)
    assert.not.ok(text.length === 0 || text.includes(3) || text.includes(2), text.join(' '))
    assert.is(edit.lift, 0)
  }
})

test('what stands elsewhere may be moved, for what it gains there and no longer costs here', () => {
  const tokens = [9, 8, 10]
  const lifts = Float32Array.from(askedOf(tokens, scoreOf(4), 4), (_, i) => 100 * Math.floor(i / 9) + (i % 9))
  const moves = edits(tokens, scoreOf(4), 4, lifts, limits).filter(({ from }) => from !== undefined)
  assert.equal(
    moves.map((edit) => [edited(tokens, edit).join(' '), edit.from, edit.gain, edit.lift]),
    [
      // At the first place it is the second proposal, and after the last one the sixth; it has the ninth answer of its own.
      ['8 9 10', 1, -2 + 3 + 3, 1 - 108],
      ['9 10 8', 1, -2 + 3 + 3, 205 - 108],
    ],
  )
  // A token that is there twice has two places to come from.
  const twice = edits([8, 9, 8, 9], scoreOf(5), 4, null, limits).filter(
    ({ at, from }) => at === 4 && from !== undefined,
  )
  assert.equal(
    twice.map((edit) => edited([8, 9, 8, 9], edit)),
    [
      [9, 8, 9, 8],
      [8, 9, 9, 8],
    ],
  )
})

test('a guide is asked about what may come at each place and what is there, and edits add up its answers', () => {
  const tokens = [8, 9]
  const asked = askedOf(tokens, scoreOf(3), 4)
  assert.equal([...asked], [7, 8, 3, 2, 0, 0, 0, 0, 8, 7, 8, 3, 2, 7, 8, 3, 2, 9])
  // As if the guide told the token's id, ten times as much at the second place.
  const lifts = Float32Array.from(asked, (token, i) => token * (i < 9 ? 1 : 10))
  const told = new Map(
    edits(tokens, scoreOf(3), 4, lifts, limits).map((edit) => [
      `${edit.at} ${edit.removed} ${edit.token}`,
      edit.lift,
    ]),
  )
  for (const [edit, lift] of [
    ['0 1 7', 7 - 8],
    ['1 1 7', 70 - 90],
    ['0 0 7', 7],
    ['2 0 7', 70],
    ['0 2 7', 7 - 8 - 90],
    ['0 1 null', -8],
    ['1 1 null', -90],
  ] as const)
    assert.is(told.get(edit), lift, edit)
})

test.run()
