// What a pair of vec2text gives beside the original's texts: batches, limits, lengths of vectors, scores, draws.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustedVectors, type Vectors } from '../../../lib/core/vectors.ts'
import { readModel } from '../../../lib/models/vec2text/model.ts'
import { encodedReadings } from '../../../lib/models/vec2text/network.ts'
import type { Vec2TextOptions } from '../../../lib/models/vec2text/options.ts'
import { rejects } from '../../support/rejects.ts'
import { assertSteps } from '../inverter/told_steps.ts'
import { cacheDir, folderOf, goldenOf, opened, rawEncoder } from './support.ts'

const gtr = await opened('gtr')
const ada = await opened('ada')
const { inverter, vectors } = gtr
const { texts, runs } = goldenOf('gtr')

function scaled(given: Vectors, lengthOf: (length: number) => number): Vectors {
  const rows = Array.from(given, (row) => {
    const length = Math.hypot(...row)
    return row.map((x) => (x / length) * lengthOf(length))
  })
  return trustedVectors(rows, given.dims, given.space)
}

const row = (given: Vectors, i: number) => trustedVectors([given.row(i)], given.dims, given.space)

for (const pair of ['gtr', 'ada'])
  test(`${pair}: the corrector's encoder reads what PyTorch's does, but for the decoder's start`, async () => {
    const { first, targets } = goldenOf(pair)
    const use = { cacheDir, signal: undefined, compute: 'f32', storage: undefined } as const
    const model = await readModel(folderOf(pair, 'corrector'), use)
    using network = await model.load()
    const written = { ids: first.ids, vector: Float32Array.from(first.guess) }
    const reading = { target: Float32Array.from(targets[0]!), written }
    const { rows, keptOf } = await encodedReadings(network, [reading, reading], {})
    const kept = first.encoded.filter((_, i) => first.mask[i] === 1)
    assert.equal(keptOf, [kept.length, kept.length])
    assert.is(kept.length, first.encoded.length - 1)
    const worst = [...kept, ...kept].flat().reduce((most, x, i) => Math.max(most, Math.abs(x - rows[i]!)), 0)
    assert.ok(worst < 1e-4, `${worst}`)
  })

test('a vector gets the same alone, among others, one by one and with one thread', async () => {
  for (const options of [
    { steps: 3, beam: 3, candidates: 9 },
    { steps: 2, beam: 1 },
    { steps: 0, beam: 4 },
  ]) {
    const all = await ada.inverter.invert(ada.vectors, options)
    for (const [i, own] of all.entries())
      assert.equal(await ada.inverter.invert(row(ada.vectors, i), { ...options, threads: 1 }), [own])
    const each = []
    for await (const one of ada.inverter.invertEach([row(ada.vectors, 2), ada.vectors], options))
      each.push(one)
    assert.equal(each, [all[2], ...all])
  }
})

test('steps are told as they are taken, and change nothing', async () => {
  for (const options of [
    { steps: 3, beam: 2 },
    { steps: 2, beam: 1 },
    { steps: 0, beam: 2 },
  ]) {
    const told = await assertSteps(ada.inverter, ada.vectors, options)
    assert.is(told.length, ada.vectors.count * (1 + options.steps))
  }
  await rejects(() => inverter.invert(vectors, { onStep: 7 } as never), 'BAD_ARGUMENT', /^onStep: got 7/)
})

test('candidates are ranked by their cosines, which are those of their own vectors', async () => {
  const told: string[] = []
  const options = {
    steps: 2,
    beam: 3,
    candidates: 4,
    onProgress: (...how: unknown[]) => told.push(how.join()),
  }
  const found = await ada.inverter.invert(ada.vectors, options)
  assert.equal(told, ['1,6', '2,6', '3,6', '4,6', '5,6', '6,6'])
  for (const [i, { best, candidates, nearest, likeliest, calls, curve }] of found.entries()) {
    assert.ok(candidates.length >= 1 && candidates.length <= 4)
    assert.equal(best, candidates[0])
    for (const [at, one] of candidates.entries()) {
      const { vectors: own } = await ada.encoder.encode(one.text)
      const target = ada.vectors.row(i)
      const cosine = own.row(0).reduce((sum, x, d) => sum + x * target[d]!, 0)
      assert.ok(Math.abs(cosine - one.cosine) < 1e-5)
      assert.ok(at === 0 || one.cosine <= candidates[at - 1]!.cosine)
      assert.equal([one.score, one.whitened, one.surrogate], [one.cosine, one.cosine, null])
      assert.ok(one.logProb <= one.perToken && one.perToken <= 0 && one.worst >= -one.perToken)
    }
    assert.ok(nearest!.cosine >= best!.cosine)
    assert.ok(nearest!.cosine >= Math.max(...curve.map(({ cosine }) => cosine)) - 1e-9)
    assert.ok(likeliest!.perToken >= best!.perToken)
    assert.is(curve.at(-1)!.calls, calls)
    assert.is(curve.length, 3)
  }
})

test('texts that are near enough are the last ones, and those that never are, none', async () => {
  const exact = await inverter.invert(vectors, { steps: 6, beam: 2, minCosine: 0.99 })
  for (const { best, curve } of exact) {
    const reached = curve.findIndex(({ cosine }, step) => step > 0 && cosine >= 0.99)
    assert.is(best === null, reached < 0)
    assert.is(curve.length, reached < 0 ? 7 : reached + 1)
  }
  assert.ok(exact.some(({ curve }) => curve.length === 2))
  const [none] = await ada.inverter.invert(row(ada.vectors, 1), { steps: 1, beam: 2, minCosine: 0.9999 })
  assert.is(none!.best, null)
  assert.ok(none!.candidates.length > 0)
})

test('no more texts are encoded than are allowed', async () => {
  for (const refine of [1, 5, 12, 30])
    for (const { calls } of await ada.inverter.invert(ada.vectors, { beam: 2, refine }))
      assert.ok(calls <= Math.max(refine, 3), `${calls} of ${refine}`)
  const [one] = await ada.inverter.invert(row(ada.vectors, 0), { refine: 0 })
  assert.is(one!.calls, 1)
})

test('no text has more tokens than are allowed', async () => {
  for (const maxTokens of [1, 3, 7])
    for (const { candidates } of await ada.inverter.invert(ada.vectors, {
      steps: 2,
      beam: 2,
      maxTokens,
      candidates: 4,
    }))
      for (const { text, stopped } of candidates)
        assert.ok(stopped || ada.inverter.countTokens(text) <= maxTokens + 1, text)
  assert.is(inverter.capacityTokens, 127)
})

test('vectors that were normalised where raw ones are needed are told by their length, and may be rescaled', async () => {
  const unit = scaled(vectors, () => 1)
  const options = { steps: 1, beam: 2 }
  await rejects(
    () => inverter.invert(unit, options),
    'BAD_ARGUMENT',
    /^vectors\[0\]: got a vector of length 1; expected one as its encoder pools it, \{ head: false.*rescale: true/,
  )
  await rejects(
    async () => {
      for await (const _ of inverter.invertEach([vectors, unit], { steps: 0 }));
    },
    'BAD_ARGUMENT',
    /^vectors\[6\]: /,
  )
  const textsOf = async (given: Vectors) =>
    (await inverter.invert(given, { ...options, rescale: true })).map(({ best }) => best!.text)
  assert.equal(await textsOf(scaled(vectors, (length) => 3 * length)), await textsOf(unit))
  await rejects(
    () =>
      ada.inverter.invert(
        scaled(ada.vectors, () => 3),
        options,
      ),
    'BAD_ARGUMENT',
    /^vectors\[0\]: got a vector of length 3\.000; expected length 1; rescale: true gives it/,
  )
  const [same] = await ada.inverter.invert(
    scaled(ada.vectors, () => 3),
    { ...options, rescale: true },
  )
  assert.is(same!.best!.text, (await ada.inverter.invert(ada.vectors, options))[0]!.best!.text)
})

test('vectors of a predictor are read where the inverter was loaded for them', async () => {
  using told = await opened('gtr', { rescale: true, encoder: await rawEncoder() })
  // As lib/models/predictor/write.ts asks.
  const sampling = { samples: 16, temperature: 0.6, topP: 0.9, seed: 0 }
  const options = { refine: 0, guidance: 1, blur: 0, candidates: 16, sampling }
  const unit = scaled(vectors, () => 1)
  const found = await told.inverter.invert(unit, options)
  for (const { candidates } of found) assert.ok(candidates.length > 0 && candidates[0]!.text !== '')
  await rejects(
    () => told.inverter.invert(unit, { ...options, rescale: false }),
    'BAD_ARGUMENT',
    /a vector of length 1/,
  )
})

test('texts are drawn by the hypothesizer, the same for the same seed', async () => {
  const draw = (seed: number, given = vectors) =>
    inverter.invert(given, { candidates: 5, sampling: { samples: 5, temperature: 2, seed } })
  const [first, again, other] = [await draw(1), await draw(1), await draw(2)]
  assert.equal(again, first)
  assert.is.not(JSON.stringify(other), JSON.stringify(first))
  assert.equal(await draw(1, row(vectors, 3)), [first[3]])
  assert.ok(first.every(({ candidates }) => candidates.length > 1))
  const greedy = await inverter.invert(vectors, { sampling: { temperature: 0 } })
  assert.equal(
    greedy.map(({ best }) => best!.text),
    runs.map(({ hypothesis }) => hypothesis.text),
  )
})

test('surprises are the losses of PyTorch; without vectors there are none', async () => {
  for (const [pair, own] of [
    ['gtr', gtr],
    ['ada', ada],
  ] as const) {
    const expected = goldenOf(pair).runs.map(({ nats }) => nats)
    const found = await own.inverter.surprise(texts, { vectors: own.vectors })
    // The original was told the first 16 tokens of each.
    const whole = texts.flatMap((text, i) => (own.inverter.countTokens(text) < 16 ? [i] : []))
    assert.ok(whole.length > 1)
    for (const i of whole) assert.ok(Math.abs(found[i]! - expected[i]!) < 1e-4 * expected[i]!)
  }
  await rejects(() => inverter.surprise(texts), 'UNSUPPORTED', /never trained without vectors/)
  await rejects(() => inverter.sampleTexts([1]), 'UNSUPPORTED', /never trained without vectors/)
  await rejects(
    () => inverter.surprise(['a'], { vectors }),
    'BAD_ARGUMENT',
    /vectors: got 6 vectors; expected 1/,
  )
})

test('every text contains what it must and nothing that it must not, alone or among others', async () => {
  const include = ['h b', 'wake']
  const used = runs.flatMap(({ hypothesis: { text } }) => [...text])
  const excluded = used.find((one) => /[a-z]/.test(one) && !include.join('').includes(one))!
  for (const how of [
    { steps: 2, beam: 3, candidates: 9 },
    { steps: 0, beam: 1 },
    { steps: 0, beam: 4 },
  ]) {
    const options = { ...how, constraints: { include, exclude: [excluded] } }
    const all = await inverter.invert(vectors, options)
    for (const { candidates, nearest } of all)
      for (const { text } of [...candidates, nearest!]) {
        for (const one of include) assert.ok(text.includes(one), `${text} lacks ${one}`)
        assert.not.match(text, excluded)
      }
    assert.equal(await inverter.invert(row(vectors, 1), { ...options, threads: 1 }), [all[1]])
  }
  const free = await inverter.invert(vectors, { steps: 1 })
  assert.equal(await inverter.invert(vectors, { steps: 1, constraints: { include: [] } }), free)
  const own = free.map(({ best }) => best!.text)
  const kept = await inverter.invert(row(vectors, 0), { steps: 1, constraints: { exclude: [own[0]!] } })
  assert.not.match(kept[0]!.best!.text, own[0]!)
})

test('options that these models do not have are refused by their names', async () => {
  const refused: [Vec2TextOptions, RegExp][] = [
    [{ constraints: { include: [''] } }, /constraints.include\[0\]: got ""/],
    [{ constraints: { include: ['\u4e2d'] } }, /constraints.include\[0\]: .*the vocabulary can write/],
    [
      { constraints: { include: ['two  spaces'] } },
      /constraints.include\[0\]: got "two {2}spaces"; expected a string as the tokenizer writes it, "two spaces"/,
    ],
    [
      { constraints: { include: ['the tide'] }, maxTokens: 1 },
      /constraints: got strings to include that need/,
    ],
    [{ constraints: {}, sampling: {} }, /sampling: got constraints with it; expected one or the other/],
    [{ guidance: 1.5 }, /guidance: got 1.5; expected 1: the models of vec2text/],
    [{ blur: 0.5 }, /blur: got 0.5/],
    [{ surrogateWeight: 3 }, /surrogateWeight/],
    [{ alpha: 1 }, /alpha/],
    [{ noRepeatNgram: 2 }, /noRepeatNgram/],
    [{ words: ['tide'] }, /words/],
    [{ compat: true }, /compat/],
    [{ steps: -1 }, /steps: got -1; expected a whole number from 0 to 1000/],
    [{ beam: 9 }, /beam: got 9; expected a whole number from 1 to 8/],
    [{ steps: 0, beam: 65 }, /beam: got 65; expected a whole number from 1 to 64/],
    [{ candidates: 0 }, /candidates/],
    [{ maxTokens: 128 }, /maxTokens: got 128; expected a whole number from 1 to 127/],
    [{ minCosine: 2 }, /minCosine/],
    [{ lengthPenalty: -1 }, /lengthPenalty/],
    [{ refine: 1.5 }, /refine/],
    [{ earlyStop: 1 as never }, /earlyStop: got 1; expected true or false/],
    [{ rescale: 'yes' as never }, /rescale/],
    [{ steps: 2, sampling: {} }, /sampling: got 2 steps; expected steps: 0/],
    [{ sampling: { samples: 0 } }, /sampling.samples/],
    [{ sampling: { topP: 0 } }, /sampling.topP/],
    [{ step: 3 } as Vec2TextOptions, /step: no such option; did you mean steps/],
  ]
  for (const [options, message] of refused)
    await rejects(() => inverter.invert(vectors, options), 'BAD_ARGUMENT', message)
  const idle = {
    guidance: 1,
    blur: 0,
    surrogateWeight: 0,
    noRepeatNgram: 0,
    words: 'any',
    compat: false,
  } as const
  assert.is((await inverter.invert(vectors, { ...idle, steps: 0 })).length, 6)
})

test('what is no vector of the model is refused', async () => {
  const zeros = trustedVectors([new Float32Array(32)], 32, vectors.space)
  await rejects(() => inverter.invert(zeros), 'BAD_ARGUMENT', /vectors\[0\]: got a vector of zeros/)
  const nan = trustedVectors([new Float32Array(32).fill(Number.NaN)], 32, vectors.space)
  await rejects(() => inverter.invert(nan), 'BAD_ARGUMENT', /NaN or infinite/)
  await rejects(() => inverter.invert(ada.vectors), 'SPACE_MISMATCH', /long-48/)
  await rejects(() => inverter.invert([1, 2] as never), 'BAD_ARGUMENT', /vectors/)
})

test('a call ends by its signal, and a disposed inverter says so', async () => {
  const controller = new AbortController()
  const run = inverter.invert(vectors, { steps: 1000, beam: 4, signal: controller.signal })
  setTimeout(() => controller.abort(new Error('enough')), 50)
  assert.is(await run.then(String, (error: Error) => error.message), 'enough')
  const own = await opened('gtr')
  own.inverter.dispose()
  await rejects(() => own.inverter.invert(vectors), 'DISPOSED', /disposed/)
  own.encoder.dispose()
})

test.after(() => {
  gtr[Symbol.dispose]()
  ada[Symbol.dispose]()
})
test.run()
