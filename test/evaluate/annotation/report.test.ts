import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cohenKappa } from '../../../lib/evaluate/agreement/cohen.ts'
import { fleissKappa } from '../../../lib/evaluate/agreement/fleiss.ts'
import { krippendorffAlpha } from '../../../lib/evaluate/agreement/krippendorff.ts'
import { type AnnotationKey, drawAnnotation } from '../../../lib/evaluate/annotation/draw.ts'
import type { Rating } from '../../../lib/evaluate/annotation/ratings_file.ts'
import { ratingsReport } from '../../../lib/evaluate/annotation/report.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { rejects } from '../../support/rejects.ts'

const fast = { resamples: 50, seed: 3 }
const rate = (
  rater: string,
  item: string,
  meaning: number | null,
  fluency: number | null = 5,
  ms = 1000,
): Rating => ({
  rater,
  item,
  meaning,
  fluency,
  ms,
})
const keyOf = (
  entries: Readonly<Record<string, readonly [pair: string, ...systems: string[]]>>,
): AnnotationKey[] =>
  Object.entries(entries).map(([item, [pair, ...systems]]) => ({
    item,
    pair,
    systems: systems.map((system) => ({ system })),
  }))

test('agreement is that of the pairs, whatever the order of the ratings', () => {
  const numbers = randomNumbers(1)
  const meanings = Array.from({ length: 40 }, () => {
    const value = 1 + numbers.below(5)
    return Array.from({ length: 3 }, () =>
      numbers.next() < 0.2 ? null : Math.min(5, Math.max(1, value + numbers.below(3) - 1)),
    )
  })
  const raters = ['ada', 'bea', 'cem']
  const ratings = meanings.flatMap((unit, i) =>
    unit.map((meaning, r) => rate(raters[r]!, `item ${i}`, meaning, meaning === null ? 1 : 2 + (i % 3))),
  )
  const key = keyOf(Object.fromEntries(meanings.map((_, i) => [`item ${i}`, [`pair ${i}`, 'one']])))
  const { agreement, pairs } = ratingsReport(ratings.toReversed(), { ...fast, key })
  assert.is(pairs, 40)
  for (const scale of ['nominal', 'ordinal', 'interval'] as const)
    assert.equal(agreement.meaning.alpha[scale], krippendorffAlpha(meanings, { ...fast, scale }))
  const complete = meanings.filter((unit) => !unit.includes(null))
  assert.equal(agreement.meaning.fleiss, fleissKappa(complete, fast))
  assert.equal(
    agreement.meaning.cohen.map(({ raters }) => raters),
    [
      ['ada', 'bea'],
      ['ada', 'cem'],
      ['bea', 'cem'],
    ],
  )
  const [b, c] = [1, 2].map((rater) => meanings.map((unit) => unit[rater]!))
  const last = agreement.meaning.cohen[2]!
  assert.equal(last.plain, cohenKappa(b!, c!, fast))
  assert.equal(last.quadratic, cohenKappa(b!, c!, { ...fast, weights: 'quadratic' }))
  assert.is.not(agreement.fluency.alpha.ordinal.value, agreement.meaning.alpha.ordinal.value)
  const without = ratingsReport(ratings, fast)
  assert.equal(without.agreement.meaning, agreement.meaning)
  assert.is(without.systems, undefined)
})

test('a rater beside what the same rater said before', () => {
  const key = keyOf({
    a1: ['a', 'one'],
    b1: ['b', 'one'],
    c1: ['c', 'two'],
    a2: ['a', 'one'],
    b2: ['b', 'one'],
    c2: ['c', 'two'],
  })
  const ratings = [
    // The order of the key counts, not that of the file.
    rate('ada', 'a2', 3),
    rate('ada', 'a1', 5, 4, 3000),
    rate('ada', 'b1', 2, null, 1000),
    rate('ada', 'b2', 2, 1, 2000),
    rate('ada', 'c1', 1, null, 8000),
    rate('bea', 'c2', 4),
  ]
  const { raters, systems, pairs, agreement, ...report } = ratingsReport(ratings, { ...fast, key })
  assert.equal([report.ratings, report.replaced, pairs], [6, 0, 3])
  const [ada, bea] = raters
  assert.equal([ada!.rater, ada!.items, ada!.milliseconds], ['ada', 5, 2000])
  const { kappa, ...repeated } = ada!.meaning.repeated!
  assert.equal([ada!.meaning.mean, repeated], [8 / 3, { pairs: 2, same: 0.5, difference: 1 }])
  assert.equal(kappa, cohenKappa([5, 2], [3, 2], { ...fast, weights: 'quadratic' }))
  // Of b only the second item has a fluency, which is then the one that counts.
  assert.equal(ada!.fluency.mean, (4 + 1) / 2)
  assert.equal([ada!.fluency.repeated!.pairs, ada!.fluency.repeated!.difference], [1, 1])
  assert.equal(bea!.meaning, { mean: 4, repeated: null })
  // Whoever has seen only the second item of a pair agrees on the pair.
  assert.is(agreement.meaning.alpha.ordinal.units, 1)
  const mean = (of: string) => systems!.find(({ system }) => system === of)!.meaning
  assert.equal([mean('one').mean, mean('one').pairs], [(5 + 2) / 2, 2])
  assert.equal([mean('two').mean, mean('two').pairs, mean('two').interval], [(1 + 4) / 2, 1, [2.5, 2.5]])
})

test('the last rating of an item counts', () => {
  const ratings = [rate('ada', 'a', 1), rate('bea', 'a', 2), rate('ada', 'a', 5)]
  const report = ratingsReport(ratings, fast)
  assert.equal([report.ratings, report.replaced, report.raters[0]!.meaning.mean], [2, 1, 5])
})

test('a text that two systems wrote counts for both, and pairs of several files are joined', () => {
  const key = [
    ...keyOf({ a: ['p', 'one', 'two'], b: ['q', 'two'] }),
    ...keyOf({ c: ['p', 'three'], d: ['r', 'three'] }),
  ]
  const ratings = [rate('ada', 'a', 5), rate('ada', 'b', 1), rate('bea', 'c', 3), rate('bea', 'd', null)]
  const { systems, pairs, agreement } = ratingsReport(ratings, { ...fast, key })
  assert.is(pairs, 3)
  assert.is(agreement.meaning.alpha.ordinal.units, 1)
  assert.equal(
    systems!.map(({ system, meaning }) => [system, meaning.pairs, meaning.mean]),
    [
      ['one', 1, 4],
      ['two', 2, 2.5],
      ['three', 1, 4],
    ],
  )
})

test('means of systems have intervals over pairs, and nothing rated is null', () => {
  const texts = Array.from({ length: 60 }, (_, i) => ({ reference: `${i}`, text: 'x', system: 's' }))
  const { items, key } = drawAnnotation(texts, { repeats: 0 })
  const ratings = items.map(({ item }, i) => rate('ada', item, 1 + (i % 5), null))
  const { systems, agreement, raters } = ratingsReport(ratings, { key })
  const { mean, interval, pairs } = systems![0]!.meaning
  assert.equal([mean, pairs], [3, 60])
  const normal = 1.96 * Math.sqrt(2 / 60) // the variance of 1 … 5 is 2
  assert.ok(Math.abs(interval![0] - (3 - normal)) < 0.05 && Math.abs(interval![1] - (3 + normal)) < 0.05)
  assert.equal(systems![0]!.fluency, { pairs: 0, mean: null, interval: null })
  assert.equal(raters[0]!.fluency, { mean: null, repeated: null })
  assert.equal(agreement.meaning.cohen, [])
  assert.equal(agreement.meaning.fleiss, { value: null, interval: null, units: 0 })
  assert.equal(agreement.meaning.alpha.ordinal, { value: null, interval: null, units: 0 })
})

test('it survives JSON, and the seed decides it', () => {
  const ratings = Array.from({ length: 30 }, (_, i) =>
    rate(i % 2 ? 'ada' : 'bea', `${i >> 1}`, 1 + ((i * 7) % 5)),
  )
  const report = ratingsReport(ratings, fast)
  assert.equal(JSON.parse(JSON.stringify(report)), report)
  assert.equal(ratingsReport(ratings, fast), report)
  assert.not.equal(ratingsReport(ratings, { ...fast, seed: 4 }).agreement, report.agreement)
})

test('bad input', async () => {
  const bad = (run: () => unknown, message: RegExp) => rejects(run, 'BAD_ARGUMENT', message)
  await bad(() => ratingsReport([]), /^ratings: got \[\]; expected at least one rating/)
  const ratings = [rate('ada', 'a', 1)]
  await bad(
    () => ratingsReport(ratings, { key: keyOf({ b: ['b', 's'] }) }),
    /^ratings: got the item "a"; expected items of/,
  )
  await bad(() => ratingsReport(ratings, { resamples: 1.5 }), /^resamples: got 1.5/)
  await bad(() => ratingsReport(ratings, { seed: -1 }), /^seed: got -1/)
  await bad(() => ratingsReport(ratings, { keys: [] } as object), /^keys: no such option; did you mean key/)
})

test.run()
