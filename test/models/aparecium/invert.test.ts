// The mended search: texts that end, constraints over bytes, the same in any company, stopped and refused by name.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dot } from '../../../lib/core/rows.ts'
import { sentenceEnds } from '../../../lib/models/aparecium/sentences.ts'
import { KEEP_AMOUNTS, KEEP_HASHTAGS, KEEP_TICKERS } from '../../../lib/models/constraints/keep_patterns.ts'
import type { Inverter } from '../../../lib/models/inverter/inverter.ts'
import type { InvertOptions } from '../../../lib/models/inverter/options.ts'
import { scoreTexts } from '../../../lib/models/inverter/refine/score.ts'
import { beamSearch } from '../../../lib/models/inverter/search/beam.ts'
import { freeRules } from '../../../lib/models/inverter/search/draw.ts'
import { normalised } from '../../../lib/models/inverter/search/hypothesis.ts'
import { sampleSearch } from '../../../lib/models/inverter/search/sample.ts'
import { searchTexts } from '../../../lib/models/inverter/search/search.ts'
import { bagOfWords, vectorOf } from '../../support/bag_of_words.ts'
import { rejects } from '../../support/rejects.ts'
import { assertSteps } from '../inverter/told_steps.ts'
import { rows, some, tinyAparecium, tinyParts, vectors } from './support.ts'

let inverter: Inverter
test.before(async () => {
  inverter = await tinyAparecium()
})
test.after(() => inverter.dispose())

const hints = 'It is said that $ACME rose 3.5 % to $4.20, or €20: #tides'
const ways: Readonly<Record<string, InvertOptions>> = {
  plain: { refine: 0, candidates: 3 },
  greedy: { refine: 0, beam: 1 },
  'a wide beam, much alpha': { refine: 0, beam: 17, candidates: 20, alpha: 20 },
  refined: { refine: 24, candidates: 2, maxTokens: 9 },
  sampled: { refine: 0, candidates: 8, sampling: { seed: 3, samples: 4 } },
  constrained: { refine: 12, beam: 4, constraints: { include: ['café €'], exclude: ['man', '$'] } },
}

test('steps are told, those of compat as well, and change nothing', async () => {
  for (const options of [{ compat: true }, ways.refined!])
    assert.ok((await assertSteps(inverter, vectors, options)).length >= vectors.count)
})

for (const [name, options] of Object.entries(ways)) {
  test(`${name}: a vector gets the same alone, in any batch and again`, async () => {
    const together = await inverter.invert(vectors, options)
    const backwards = await inverter.invert(some(3, 2, 1, 0), { ...options, threads: 1 })
    assert.equal([...backwards].reverse(), together)
    for (const place of together.keys())
      assert.equal(await inverter.invert(some(place), options), [together[place]])
    await using other = await tinyAparecium()
    const each: unknown[] = []
    for await (const one of other.invertEach([some(0), some(1, 2, 3)], options)) each.push(one)
    assert.equal(each, together)
  })

  test(`${name}: what is told of a text is true`, async () => {
    for (const [i, { best, candidates }] of (await inverter.invert(vectors, options)).entries()) {
      assert.is(best, candidates[0])
      assert.ok(candidates.length >= 1 && candidates.length <= (options.candidates ?? 1))
      assert.is(new Set(candidates.map(({ text }) => text)).size, candidates.length)
      for (const { text, cosine, logProb, surrogate } of candidates) {
        assert.ok(Math.abs(cosine - dot(vectorOf(text), rows[i]!)) < 1e-6)
        assert.ok(logProb < 0 && Number.isFinite(logProb))
        assert.ok(surrogate !== null && Math.abs(surrogate) <= 1 + 1e-6)
        assert.not.match(text, /<\|endoftext\|>/)
      }
    }
  })
}

/** Every seventh token ends a text. */
const everySeventh = (tokens: readonly number[]) => tokens.at(-1)! % 7 === 3
const LENGTH_PENALTY = 0.8

for (const way of ['beams', 'samples'] as const)
  test(`${way}: texts stop where they may and stay as they are, with the probability that the decoder gives them`, async () => {
    const { network, disposeParts } = await tinyParts()
    try {
      // No token is the end: what stops does so by the rule alone.
      const rules = { ...freeRules(network), end: -1, maxTokens: 8, isWhole: everySeventh }
      const begin = () =>
        way === 'beams'
          ? beamSearch(rules, { beam: 5, lengthPenalty: LENGTH_PENALTY })
          : sampleSearch(rules, { samples: 5, temperature: 1, topP: 1, seed: 9 })
      const options = { rowsPerVector: 5, k: 32, guidance: 1, rescore: null }
      const found = await searchTexts(network, rows, rules, begin, options)
      for (const [i, texts] of found.entries()) {
        assert.ok(texts.length >= 5)
        const keys = texts.map(({ tokens }) => tokens.join())
        if (way === 'beams') assert.is(new Set(keys).size, texts.length)
        for (const { tokens, stopped } of texts)
          assert.ok(stopped ? everySeventh(tokens) : tokens.length === rules.maxTokens)
        const scores = await scoreTexts(
          network,
          texts.map(({ tokens }) => ({ tokens, vector: rows[i]! })),
          0,
          {},
        )
        for (const [n, { surprises }] of scores.entries())
          assert.ok(Math.abs(surprises.reduce((sum, x) => sum + x, 0) + texts[n]!.logProb) < 1e-3)
        const ranks = texts.map(({ logProb, tokens }) =>
          normalised(logProb, tokens.length, way === 'beams' ? LENGTH_PENALTY : 0),
        )
        assert.equal(
          ranks,
          [...ranks].sort((a, b) => b - a),
        )
      }
    } finally {
      disposeParts()
    }
  })

test('a sentence ends with its mark and what closes behind it', () => {
  const spelled = ['', 'a', '.', ' b', '"', '!”', ' (', ')', '…', '.5', '?\n']
  const ends = sentenceEnds({ size: spelled.length, piece: (id: number) => spelled[id]! } as never)
  const idsOf = (...texts: readonly string[]) => texts.map((text) => spelled.indexOf(text))
  for (const text of [
    ['a', '.'],
    ['a', '!”'],
    ['a', '.', '"'],
    ['a', '.', '"', ')'],
    ['a', '…'],
    ['a', '?\n'],
  ])
    assert.ok(ends(idsOf(...text)), text.join())
  for (const text of [['a'], [], ['.'], ['a', ')'], ['a', '.', ' b'], ['a', '.5'], ['"', ')']])
    assert.not(ends(idsOf(...text)), text.join())
})

test('tickers, hashtags and amounts of a text are kept, byte for byte', async () => {
  const keep = [KEEP_TICKERS, KEEP_HASHTAGS, KEEP_AMOUNTS]
  const constraints = { keep, hints, exclude: ['ü', 'man'] }
  await using longer = await tinyAparecium({ maxTokens: 40 })
  for (const refine of [0, 20])
    for (const { candidates } of await longer.invert(vectors, { constraints, refine, candidates: 4 })) {
      assert.ok(candidates.length > 0)
      for (const { text } of candidates) {
        for (const kept of ['$ACME', '#tides', '3.5 %', '$4.20', '€20']) assert.ok(text.includes(kept), text)
        assert.not.match(text, /ü|man/)
      }
    }
})

test('characters of several tokens are excluded as well, and messages show them', async () => {
  const free = await inverter.invert(vectors, { refine: 0, candidates: 20 })
  const seen = free.flatMap(({ candidates }) => candidates.map(({ text }) => text)).join('')
  const letter = [...seen].find((one) => one > '\u00ff') ?? 'm'
  for (const { candidates } of await inverter.invert(vectors, {
    ...{ refine: 0, candidates: 20, constraints: { exclude: [letter, 'y'] } },
  }))
    for (const { text } of candidates) assert.ok(!text.includes('y'), text)
  await rejects(
    () => inverter.invert(vectors, { constraints: { include: ['café'], exclude: ['é'] } }),
    'BAD_ARGUMENT',
    /^constraints\.include\[0\]: got "café", which contains "é" of constraints\.exclude\[0\]/,
  )
  await rejects(
    () => inverter.invert(vectors, { constraints: { include: ['ü'.repeat(20)] } }),
    'BAD_ARGUMENT',
    /^constraints: got strings to include that need 4\d tokens; expected at most 24/,
  )
  for (const [constraints, name] of [
    [{ include: 'a' }, 'constraints.include'],
    [{ include: [7] }, 'constraints.include\\[0\\]'],
    [{ keep: ['a'], hints: '' }, 'constraints.keep\\[0\\]'],
    [{ keep: [/a/] }, 'constraints.hints'],
    [{ keeps: [] }, 'constraints.keeps'],
  ] as const)
    await rejects(
      () => inverter.invert(vectors, { constraints: constraints as never }),
      'BAD_ARGUMENT',
      new RegExp(`^${name}: `),
    )
})

test('alpha is what the surrogate counts: 1 unless told, nothing without one', async () => {
  const plain = { refine: 0, candidates: 20, beam: 3 } as const
  const usual = await inverter.invert(vectors, plain)
  assert.equal(await inverter.invert(vectors, { ...plain, alpha: 1 }), usual)
  assert.equal(await inverter.invert(vectors, { ...plain, surrogateWeight: 1 }), usual)
  const none = await inverter.invert(vectors, { ...plain, alpha: 0 })
  assert.not.equal(await inverter.invert(vectors, { ...plain, alpha: 100 }), none)
  await using without = await tinyAparecium({ surrogate: false })
  const texts = (all: typeof none) => all.map(({ candidates }) => candidates.map(({ text }) => text))
  const found = await without.invert(vectors, plain)
  assert.equal(texts(found), texts(none))
  for (const { candidates } of found) for (const { surrogate } of candidates) assert.is(surrogate, null)
  await rejects(
    () => inverter.invert(vectors, { alpha: 1, surrogateWeight: 2 }),
    'BAD_ARGUMENT',
    /^alpha: got 1; expected the same as surrogateWeight/,
  )
  for (const alpha of [-1, Number.NaN, '1'])
    await rejects(() => inverter.invert(vectors, { alpha: alpha as number }), 'BAD_ARGUMENT', /^alpha: got/)
})

test('a text that is less near than minCosine is no result', async () => {
  const [far] = await inverter.invert(some(0), { refine: 0, minCosine: 0.999 })
  assert.is(far!.best, null)
  assert.is(far!.candidates.length, 1)
  const near = await inverter.invert(some(0), { refine: 0, minCosine: -1 })
  assert.equal(near[0]!.best, near[0]!.candidates[0])
})

test('what a decoder that always had a vector cannot do is named', async () => {
  await rejects(
    () => inverter.invert(vectors, { guidance: 2 }),
    'BAD_ARGUMENT',
    /^guidance: got 2; expected 1: this decoder was never trained without vectors$/,
  )
  await rejects(() => inverter.surprise(['a']), 'UNSUPPORTED', /aparecium_v2_s1\.pt: .* without vectors$/)
  await rejects(() => inverter.sampleTexts([1]), 'UNSUPPORTED', /without vectors$/)
  const [surprise] = await inverter.surprise(['the tide'], { vectors: some(0) })
  assert.ok(surprise! > 0 && Number.isFinite(surprise))
  await rejects(() => inverter.invert(vectors, { beams: 1 } as never), 'BAD_ARGUMENT', /^beams/)
  await rejects(() => inverter.invert(vectors, null as never), 'BAD_ARGUMENT', /^options: got null/)
  await rejects(() => inverter.invert([1] as never), 'BAD_ARGUMENT', /^vectors: got/)
  await rejects(() => inverter.plan!(vectors, { beam: 1 } as never), 'BAD_ARGUMENT', /^beam/)
})

test('a signal stops it, before it begins and while texts are encoded', async () => {
  const reason = new Error('enough')
  for (const options of [{ refine: 20 }, { compat: true }] as const) {
    const stop = new AbortController()
    await using stopped = await tinyAparecium({ encoder: bagOfWords(() => stop.abort(reason)) })
    for (const _ of [1, 2])
      try {
        await stopped.invert(vectors, { ...options, signal: stop.signal })
        assert.unreachable()
      } catch (error) {
        assert.is(error, reason)
      }
    assert.is((await stopped.invert(some(0), options)).length, 1)
  }
  const stop = new AbortController()
  stop.abort(reason)
  try {
    await tinyAparecium({ signal: stop.signal })
    assert.unreachable()
  } catch (error) {
    assert.is(error, reason)
  }
})

test('what is under way when it is disposed ends; nothing begins afterwards', async () => {
  const own = await tinyAparecium()
  const [mended, original] = [own.invert(some(0), { refine: 4 }), own.invert(some(0), { compat: true })]
  own.dispose()
  own.dispose()
  assert.equal([(await mended).length, (await original).length], [1, 1])
  for (const options of [{}, { compat: true }])
    await rejects(() => own.invert(some(0), options), 'DISPOSED', /the model was disposed/)
  await rejects(() => own.plan!(some(0)), 'DISPOSED', /the model was disposed/)
})

test.run()
