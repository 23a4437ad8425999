import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cohenKappa, type KappaWeights } from '../../../lib/evaluate/agreement/cohen.ts'
import type { RatingScale } from '../../../lib/evaluate/agreement/disagreement.ts'
import { fleissKappa } from '../../../lib/evaluate/agreement/fleiss.ts'
import { krippendorffAlpha } from '../../../lib/evaluate/agreement/krippendorff.ts'
import type { Ratings } from '../../../lib/evaluate/agreement/ratings.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { rejects } from '../../support/rejects.ts'

const fast = { resamples: 1 }
const SCALES: readonly RatingScale[] = ['nominal', 'ordinal', 'interval']
const WEIGHTS: readonly KappaWeights[] = ['none', 'linear', 'quadratic']
const alphas = (ratings: Ratings) =>
  SCALES.map((scale) => krippendorffAlpha(ratings, { ...fast, scale }).value!)
const places = (values: readonly number[], digits: number) => values.map((x) => x.toFixed(digits)).join(' ')
const near = (value: number | null, expected: number, what: string) =>
  assert.ok(value !== null && Math.abs(value - expected) < 1e-12, `${what}: ${value}, not ${expected}`)
/** Lines of a rater each, a digit for a unit, and a dot for none. */
const rated = (...raters: string[]): (number | null)[][] =>
  Array.from(raters[0]!, (_, unit) => raters.map((line) => (line[unit] === '.' ? null : Number(line[unit]))))
/** The two lists whose table of counts this is. */
const listsOf = (table: readonly (readonly number[])[]) => {
  const pairs = table.flatMap((row, i) => row.flatMap((count, j) => Array<number[]>(count).fill([i, j])))
  return [pairs.map(([i]) => i!), pairs.map(([, j]) => j!)] as const
}

const FOUR_OBSERVERS = rated('123321412...', '1233224125.3', '.3332342251.', '12332441251.')
const THREE_CODERS = rated('.....34121133.3', '1.213343.......', '..21344.21133.4')

test('alpha is as published: 4 observers and 12 units, 3 coders and 15 units', () => {
  assert.is(places(alphas(FOUR_OBSERVERS), 3), '0.743 0.815 0.849') // Krippendorff 2011
  assert.is(places(alphas(THREE_CODERS), 3), '0.691 0.807 0.811')
  assert.is(krippendorffAlpha(FOUR_OBSERVERS, fast).units, 11)
})

test('Fleiss’ kappa is as published: 10 units, 14 raters, 5 categories', () => {
  const table =
    '0 0 0 0 14,0 2 6 4 2,0 0 3 5 6,0 3 9 2 0,2 2 8 1 1,7 7 0 0 0,3 2 6 3 0,2 5 3 2 2,6 5 2 1 0,0 2 2 3 7'
  const ratings = table
    .split(',')
    .map((row) => row.split(' ').flatMap((count, i) => Array<number>(Number(count)).fill(i)))
  const { value, interval, units } = fleissKappa(ratings)
  assert.equal([value!.toFixed(4), units], ['0.2099', 10])
  assert.ok(interval![0] < value! && value! < interval![1])
})

test('Cohen’s kappa is as published, plain and weighted', () => {
  const kappa = (table: readonly (readonly number[])[], weights: KappaWeights = 'none') =>
    cohenKappa(...listsOf(table), { ...fast, weights }).value!.toFixed(4)
  const [first, second] = [
    [
      [20, 5],
      [10, 15],
    ],
    [
      [45, 15],
      [25, 15],
    ],
  ]
  assert.equal([kappa(first!), kappa(second!)], ['0.4000', '0.1304'])
  // Agresti's husbands and wives; R's vcd gives these three.
  const couples = [
    [7, 7, 2, 3],
    [2, 8, 3, 7],
    [1, 5, 4, 9],
    [2, 8, 9, 14],
  ]
  assert.equal(
    WEIGHTS.map((weights) => kappa(couples, weights)),
    ['0.1293', '0.2374', '0.3320'],
  )
  // The normal interval by its standard error there, 0.0686, beside the bootstrap's.
  const { value, interval } = cohenKappa(...listsOf(couples))
  for (const [end, sign] of [
    [interval![0], -1],
    [interval![1], 1],
  ] as const)
    assert.ok(Math.abs(end - (value! + sign * 1.96 * 0.0686)) < 0.02, `${end}`)
})

interface Golden {
  readonly ratings: Ratings
  readonly alpha: Readonly<Record<RatingScale, number>>
  readonly cohen: Readonly<Record<KappaWeights, number>>
  readonly fleiss: number | null
}

test('coefficients are those of NLTK, scikit-learn and statsmodels', () => {
  const goldens: Golden[] = JSON.parse(
    readFileSync(new URL('../goldens/agreement.json', import.meta.url), 'utf8'),
  )
  assert.ok(goldens.length > 5)
  for (const [i, { ratings, alpha, cohen, fleiss }] of goldens.entries()) {
    const [a, b] = [0, 1].map((rater) => ratings.map((unit) => unit[rater]!))
    for (const scale of SCALES)
      near(krippendorffAlpha(ratings, { ...fast, scale }).value, alpha[scale], `${i} ${scale}`)
    for (const weights of WEIGHTS)
      near(cohenKappa(a!, b!, { ...fast, weights }).value, cohen[weights], `${i} ${weights}`)
    if (fleiss === null) continue
    const complete = ratings.filter((unit) => !unit.includes(null))
    near(fleissKappa(complete, fast).value, fleiss, `${i} Fleiss`)
  }
})

test('there is no coefficient where all ratings are equal, or where there are none', () => {
  const none = { value: null, interval: null }
  for (const scale of SCALES) {
    assert.equal(krippendorffAlpha(rated('333', '333'), { scale }), { ...none, units: 3 })
    assert.equal(krippendorffAlpha(rated('123', '...'), { scale }), { ...none, units: 0 })
    assert.equal(krippendorffAlpha([], { scale }), { ...none, units: 0 })
  }
  for (const weights of WEIGHTS) {
    assert.equal(cohenKappa([2, 2, 5], [2, 2, null], { weights }), { ...none, units: 2 })
    assert.equal(cohenKappa([], [], { weights }), { ...none, units: 0 })
  }
  assert.equal(fleissKappa(rated('44', '44')), { ...none, units: 2 })
  assert.equal(fleissKappa([]), { ...none, units: 0 })
})

test('there is no interval where many of the draws have no value', () => {
  // Of four units one differs: a third of the draws leave it out, and all of their ratings are equal.
  const rare = krippendorffAlpha(rated('1112', '1112'))
  assert.equal(rare, { value: 1, interval: null, units: 4 })
  const { interval } = krippendorffAlpha(rated('11112222', '11112222'))
  assert.equal(interval, [1, 1])
})

/** Ratings of units by raters around a value of each, some left out. */
function madeUp(units: number, raters: number, seed: number): (number | null)[][] {
  const numbers = randomNumbers(seed)
  return Array.from({ length: units }, () => {
    const value = numbers.below(5)
    return Array.from({ length: raters }, () =>
      numbers.next() < 0.2 ? null : Math.min(4, Math.max(0, value + numbers.below(3) - 1)),
    )
  })
}

test('raters, units and signs may be exchanged', () => {
  const ratings = madeUp(50, 4, 1)
  const expected = alphas(ratings)
  const turned = [
    ratings.map((unit) => unit.toReversed()),
    ratings.toReversed(),
    ratings.map((unit) => unit.map((rating) => rating && -rating)),
  ]
  for (const other of turned)
    for (const [i, value] of alphas(other).entries()) near(value, expected[i]!, SCALES[i]!)
  const [a, b] = [0, 1].map((rater) => ratings.map((unit) => unit[rater]!))
  for (const weights of WEIGHTS)
    near(cohenKappa(b!, a!, { weights }).value, cohenKappa(a!, b!, { weights }).value!, weights)
})

test('only order counts on the ordinal scale, only distances on that of intervals', () => {
  const ratings = madeUp(50, 3, 2)
  const each = (change: (rating: number) => number) =>
    alphas(ratings.map((unit) => unit.map((rating) => (rating === null ? null : change(rating)))))
  const [nominal, ordinal, interval] = alphas(ratings) as [number, number, number]
  const steep = each((rating) => rating ** 3)
  near(steep[0]!, nominal, 'nominal')
  near(steep[1]!, ordinal, 'ordinal')
  assert.ok(Math.abs(steep[2]! - interval) > 1e-3)
  const far = each((rating) => 1e6 + 3 * rating)
  assert.ok(Math.abs(far[2]! - interval) < 1e-9)
  const mixed = each((rating) => [3, 1, 4, 0, 2][rating]!)
  near(mixed[0]!, nominal, 'nominal')
  assert.ok(Math.abs(mixed[1]! - ordinal) > 1e-3)
})

test('two raters who leave out nothing: alpha is nearly Fleiss’ kappa', () => {
  const ratings = madeUp(200, 2, 3).filter((unit) => !unit.includes(null))
  const pairs = 2 * ratings.length
  const fleiss = fleissKappa(ratings, fast).value!
  near(alphas(ratings)[0]!, 1 - ((1 - fleiss) * (pairs - 1)) / pairs, 'alpha')
})

test('intervals are decided by the seed, and hold the value of the population as often as they should', () => {
  const of = (seed: number) => krippendorffAlpha(madeUp(60, 3, 4), { resamples: 100, seed }).interval
  assert.equal(of(1), of(1))
  assert.not.equal(of(1), of(2))
  const truth = krippendorffAlpha(madeUp(20_000, 3, 99), fast).value!
  const trials = 100
  const inside = Array.from({ length: trials }, (_, i) => {
    const [low, high] = krippendorffAlpha(madeUp(60, 3, 100 + i), { resamples: 200 }).interval!
    return low <= truth && truth <= high
  }).filter((isInside) => isInside).length
  assert.ok(inside >= 85 && inside <= 99, `${inside} of ${trials}`)
})

test('bad input', async () => {
  const bad = (run: () => unknown, message: RegExp) => rejects(run, 'BAD_ARGUMENT', message)
  await bad(
    () => krippendorffAlpha('x' as unknown as Ratings),
    /^ratings: got "x"; expected an array of units/,
  )
  await bad(
    () => krippendorffAlpha([[1, 2], [1]]),
    /^ratings\[1\]: got 1 raters; expected 2, as ratings\[0\]/,
  )
  await bad(
    () => krippendorffAlpha([[1, Number.NaN]]),
    /^ratings\[0\]\[1\]: got NaN; expected a finite number/,
  )
  await bad(() => krippendorffAlpha([[1, undefined as unknown as null]]), /^ratings\[0\]\[1\]: got undefined/)
  await bad(
    () => krippendorffAlpha([], { scale: 'ratio' as 'nominal' }),
    /^scale: got "ratio"; expected nominal/,
  )
  await bad(() => krippendorffAlpha([], { resamples: 0 }), /^resamples: got 0/)
  await bad(() => krippendorffAlpha([], { seed: -1 }), /^seed: got -1/)
  await bad(
    () => krippendorffAlpha([], { sale: 'nominal' } as object),
    /sale: no such option; did you mean scale/,
  )
  await bad(() => fleissKappa([[1, null]]), /^ratings\[0\]: got 1 rating; expected 2 or more/)
  await bad(
    () =>
      fleissKappa([
        [1, 2, 3],
        [1, 2, null],
      ]),
    /^ratings\[1\]: got 2 ratings; expected 3, as ratings\[0\] has/,
  )
  await bad(() => cohenKappa([1], []), /^b: got \[\]; expected 1 ratings, as many as a has/)
  await bad(() => cohenKappa([1], [Number.POSITIVE_INFINITY]), /^b\[0\]: got Infinity/)
  await bad(
    () => cohenKappa([1], [1], { weights: 'cubic' as 'none' }),
    /^weights: got "cubic"; expected none,/,
  )
})

test.run()
