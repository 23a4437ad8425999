// Texts for vectors: the same in any company, within their rules, and what is told of them is true.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dot } from '../../../lib/core/rows.ts'
import type { Pieces } from '../../../lib/core/tokenizer.ts'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import type { Inversion, InvertedText } from '../../../lib/models/inverter/inversion.ts'
import type { Inverter } from '../../../lib/models/inverter/inverter.ts'
import type { InvertOptions } from '../../../lib/models/inverter/options.ts'
import { bagOfWords, DIMS, vectorOf } from '../../support/bag_of_words.ts'
import { repeatsNgram } from './support.ts'
import { encoded, someTexts, tinyInverter, tokens, worldConfig } from './tiny_world.ts'

const texts = someTexts(70)
const ways: Readonly<Record<string, InvertOptions>> = {
  plain: { refine: 0, candidates: 3 },
  'a wide beam': { refine: 0, beam: 17, candidates: 64, guidance: 1, surrogateWeight: 0 },
  greedy: { refine: 0, beam: 1 },
  refined: { refine: 60, candidates: 2 },
  sampled: { refine: 0, candidates: 8, sampling: { seed: 3 } },
  'sampled and refined': { refine: 50, sampling: { samples: 4, topP: 1, temperature: 2 } },
  constrained: { refine: 40, constraints: { include: ['zoo'], exclude: ['sea'] }, beam: 4 },
}

for (const [name, options] of Object.entries(ways))
  test(`${name}: a vector gets the same alone, in any batch and again`, async () => {
    await using inverter = await tinyInverter()
    const together = await inverter.invert(encoded(texts), options)
    assert.is(together.length, 70)
    const backwards = await inverter.invert(encoded([...texts].reverse()), { ...options, threads: 1 })
    assert.equal([...backwards].reverse(), together)
    for (const i of [0, 7, 63, 64, 69]) {
      const [alone] = await inverter.invert(encoded([texts[i]!]), options)
      assert.equal(alone, together[i], texts[i])
    }
    await using other = await tinyInverter()
    const few = await other.invert(encoded(texts.slice(60)), options)
    assert.equal(few, together.slice(60))
  })

for (const [name, options] of Object.entries(ways))
  test(`${name}: what is told of a text is true`, async () => {
    await using inverter = await tinyInverter()
    const some = texts.slice(0, 8)
    for (const [i, { best, candidates, calls, curve }] of (
      await inverter.invert(encoded(some), options)
    ).entries()) {
      assert.is(best, candidates[0])
      assert.ok(candidates.length >= 1 && candidates.length <= (options.candidates ?? 1))
      assert.is(new Set(candidates.map(({ text }) => text)).size, candidates.length)
      for (const { text, cosine, logProb, surrogate } of candidates) {
        assert.is(cosine, Math.min(1, dot(vectorOf(text), encoded([some[i]!]).row(0))))
        assert.ok(logProb < 0 && Number.isFinite(logProb))
        assert.ok(surrogate !== null && Math.abs(surrogate) <= 1 + 1e-6)
      }
      assert.equal(curve.at(-1), { calls, cosine: best!.cosine })
    }
  })

for (const refine of [0, 60])
  test(`texts have as many tokens as maxTokens and no more, and repeat no n-gram, ${refine} calls of refinement`, async () => {
    // What was spelled: the same text may also be cut into other tokens than it was written with.
    const spelled = new Map<string, readonly number[][]>()
    const pieces: Pieces = {
      ...tokens.pieces,
      text: (ids) => {
        const text = tokens.pieces.text(ids)
        spelled.set(text, [...(spelled.get(text) ?? []), Array.from(ids)])
        return text
      },
    }
    await using inverter = await tinyInverter({ tokens: { ...tokens, pieces } })
    for (const sampling of [undefined, { temperature: 3, topP: 1 }])
      for (const maxTokens of [1, 3, 12])
        for (const noRepeatNgram of [0, 1, 2]) {
          const about = JSON.stringify({ sampling, maxTokens, noRepeatNgram })
          const options = { maxTokens, noRepeatNgram, refine, candidates: 5, sampling }
          const found = await inverter.invert(encoded(texts.slice(0, 4)), options)
          const written = found.flatMap(({ candidates }) => candidates.map(({ text }) => spelled.get(text)!))
          assert.ok(found.every(({ candidates }) => candidates.length > 0))
          for (const ways of written)
            assert.ok(
              ways.some((ids) => ids.length <= maxTokens && !repeatsNgram(ids, noRepeatNgram)),
              `${about}: ${ways.map((ids) => ids.join(' ')).join(', or ')}`,
            )
          const some = (of: (ids: readonly number[]) => boolean) => written.some((ways) => ways.every(of))
          assert.ok(
            some(({ length }) => length === maxTokens),
            `${about}: none of full length`,
          )
          // No rule forbids more than it should.
          if (maxTokens === 12 && noRepeatNgram !== 1)
            for (const n of noRepeatNgram === 0 && !sampling ? [1, 2] : [1])
              assert.ok(
                some((ids) => repeatsNgram(ids, n)),
                `${about}: nothing occurs twice, ${n}`,
              )
          spelled.clear()
        }
  })

const demands: readonly NonNullable<InvertOptions['constraints']>[] = [
  { include: ['zebra'] },
  { include: ['the king', 'x25'], exclude: ['queen'] },
  { exclude: ['the', 'sea', ' a', 's'] },
  { keep: [/\$\d+/], hints: 'costs $250 today' },
  { include: ['war', 'peace', 'of'], exclude: ['war and'] },
]

for (const refine of [0, 80])
  test(`constraints are met in every candidate, ${refine} calls of refinement`, async () => {
    await using inverter = await tinyInverter()
    const some = encoded(texts.slice(0, refine === 0 ? 5 : 2))
    for (const constraints of demands)
      for (const options of [
        { beam: 5 },
        { beam: 1 },
        { sampling: { samples: 12 } },
        { sampling: { samples: 5, temperature: 5, topP: 1 }, noRepeatNgram: 1 },
        { beam: 8, noRepeatNgram: 2, guidance: 3 },
      ])
        for (const { candidates } of await inverter.invert(some, {
          ...options,
          refine,
          candidates: 12,
          constraints,
        })) {
          const about = JSON.stringify([constraints, options, candidates.map(({ text }) => text)])
          if (!options.noRepeatNgram) assert.ok(candidates.length > 0, about)
          for (const { text } of candidates) {
            for (const wanted of constraints.include ?? []) assert.ok(text.includes(wanted), about)
            for (const unwanted of constraints.exclude ?? []) assert.not.ok(text.includes(unwanted), about)
            if (constraints.keep) assert.ok(text.includes('$250'), about)
          }
        }
  })

test('a batch of none, and vectors in blocks', async () => {
  await using inverter = await tinyInverter()
  assert.equal(await inverter.invert(vectorsFrom([], DIMS, 'bag-32')), [])
  const options = { refine: 0 }
  const whole = await inverter.invert(encoded(texts), options)
  async function* blocks() {
    for (let at = 0; at < 70; at += 7) yield encoded(texts.slice(at, at + 7))
  }
  for (const source of [blocks(), [encoded(texts.slice(0, 69)), encoded([]), encoded(texts.slice(69))]]) {
    const each: Inversion[] = []
    for await (const inversion of inverter.invertEach(source, options)) each.push(inversion)
    assert.equal(each, whole)
  }
})

test('vectors of any length count by their direction', async () => {
  await using inverter = await tinyInverter()
  const row = vectorOf('old sea')
  const told = async (factor: number) =>
    (
      await inverter.invert(
        vectorsFrom(
          row.map((x) => x * factor),
          DIMS,
          'bag-32',
        ),
        { refine: 30 },
      )
    )[0]!
  const one = await told(1)
  for (const factor of [2 ** 20, 2 ** -40]) assert.is((await told(factor)).best!.text, one.best!.text)
})

test('progress is told as vectors are done', async () => {
  await using inverter = await tinyInverter()
  const told: unknown[] = []
  const onProgress = (...args: unknown[]) => told.push(args)
  await inverter.invert(encoded(texts.slice(0, 3)), { refine: 0, onProgress })
  assert.equal(told, [
    [1, 3],
    [2, 3],
    [3, 3],
  ])
  told.length = 0
  for await (const _ of inverter.invertEach([encoded(texts.slice(0, 2))], { refine: 0, onProgress }));
  assert.equal(told, [
    [1, undefined],
    [2, undefined],
  ])
})

test('surprise is how unlikely texts are without a vector; long ones are cut', async () => {
  await using inverter = await tinyInverter()
  const [one, same, long] = await inverter.surprise(['the sea', 'the sea', 'x'.repeat(500)])
  assert.ok(one! > 0 && one === same && Number.isFinite(long!))
  const [cut] = await inverter.surprise(['x'.repeat(worldConfig.capacityTokens - 1)])
  assert.is(long, cut)
  assert.equal(await inverter.surprise([]), [])
})

test('surprise with vectors is what invert says of its texts, whatever else is judged beside them', async () => {
  await using inverter = await tinyInverter()
  const some = texts.slice(0, 12)
  const vectors = encoded(some)
  const written = (await inverter.invert(vectors, { refine: 0 })).map(({ best }) => best!)
  const told = await inverter.surprise(
    written.map(({ text }) => text),
    { vectors },
  )
  // The search may spell a text with other tokens than the tokenizer does.
  const canonical = ({ text, logProb, perToken }: InvertedText) =>
    Math.round(logProb / perToken) === inverter.countTokens(text) + 1
  assert.ok(written.filter(canonical).length > 1)
  for (const [i, one] of written.entries())
    if (canonical(one)) assert.ok(Math.abs(told[i]! + one.perToken) < 1e-5, `${told[i]} and ${one.perToken}`)
  const alone = await inverter.surprise([written[1]!.text], { vectors: encoded([some[1]!]) })
  assert.is(alone[0], told[1])
})

const without = async (): Promise<Inverter> => tinyInverter({ surrogate: false, encoder: bagOfWords() })

test('an inverter without a surrogate tells of none', async () => {
  await using inverter = await without()
  const [{ best }] = (await inverter.invert(encoded(['sea']), { refine: 0 })) as [Inversion]
  assert.is(best!.surrogate, null)
})

test.run()
