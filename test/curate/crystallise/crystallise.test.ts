import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { alikePairs } from '../../../lib/curate/crystallise/alike.ts'
import { type CrystalInput, crystallise } from '../../../lib/curate/crystallise/crystallise.ts'
import { linksOf } from '../../../lib/curate/crystallise/links.ts'
import { rankAmong, twoGroups } from '../../../lib/curate/crystallise/two_groups.ts'
import { voteForms } from '../../../lib/curate/crystallise/vote.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'

const DIMS = 16

/** `topics` directions; each text lies near that of its topic, and so does its name. */
function world(topics: number, each: number, wrong: ReadonlySet<number>): CrystalInput {
  const numbers = randomNumbers(3)
  const normal = () => Math.sqrt(-2 * Math.log(1 - numbers.next())) * Math.cos(2 * Math.PI * numbers.next())
  const directions = Array.from({ length: topics }, () => Float32Array.from({ length: DIMS }, normal))
  const near = (topic: number) => directions[topic]!.map((x) => x + 0.5 * normal())
  const count = topics * each
  const topicOf = (i: number) => i % topics
  const rows = (topic: (i: number) => number) => {
    const all = Array.from({ length: count }, (_, i) => {
      const row = near(topic(i))
      const length = Math.hypot(...row)
      return row.map((x) => x / length)
    })
    return vectorsFrom(all, DIMS, 'example-16')
  }
  const vectors = rows((i) => (wrong.has(i) ? (topicOf(i) + 1 + (i % (topics - 1))) % topics : topicOf(i)))
  return {
    candidates: Array.from({ length: count }, (_, i) => ({ forms: [`name ${i}`], confidence: 0.5 })),
    vectors,
    formVectors: rows(topicOf),
    relations: Array.from({ length: count }, (_, source) => ({
      ...{ source, target: (source + topics) % count, type: 'sibling', weight: 1, accepted: null },
    })),
  }
}

const apart = { merge: { sameForm: 2, anyForm: 2 } }

test('candidates whose text is of something else are removed, and few others', async () => {
  const wrong = new Set(Array.from({ length: 80 }, (_, i) => i * 5 + (i % 3)))
  const { removed, concepts, rounds } = await crystallise(world(20, 20, wrong), apart)
  const gone = new Set(removed.flatMap(({ members }) => members))
  const found = [...wrong].filter((i) => gone.has(i)).length
  assert.ok(found >= 0.8 * wrong.size, `${found} of ${wrong.size}`)
  assert.ok(gone.size - found <= 0.1 * (400 - wrong.size), `${gone.size - found} right ones are gone`)
  assert.is(concepts.length + gone.size, 400)
  assert.is(rounds.at(-1)!.concepts, concepts.length)
})

test('equal seeds give equal crystals, whatever the threads', async () => {
  const input = world(10, 20, new Set([3, 50, 111]))
  const [a, b] = [await crystallise(input, { threads: 1 }), await crystallise(input, { threads: 2 })]
  assert.equal(a, b)
})

test('what means the same becomes one, with all names, the most voted for first', async () => {
  const rows = Float32Array.from([1, 0, 0, 0.99, 0.1, 0, 1, 0.02, 0, 0, 1, 0, 0, 0, 1])
  const vectors = vectorsFrom(rows, 3, 'example-3')
  const candidates = [
    { forms: ['motor car', 'car'], confidence: 1 },
    { forms: ['Car'], confidence: 0.9 },
    { forms: ['automobile'], confidence: 0.4 },
    { forms: ['car'], confidence: 1 }, // of a train: another meaning of the form
    { forms: ['sea'], confidence: 1 },
  ]
  const relations = [
    { source: 1, target: 4, type: 'near', weight: 0.5, accepted: null },
    { source: 2, target: 4, type: 'near', weight: 0.7, accepted: null },
    { source: 0, target: 1, type: 'sibling', weight: 1, accepted: null },
  ]
  const { concepts, relations: left } = await crystallise({
    candidates,
    vectors,
    formVectors: vectors,
    relations,
  })
  assert.equal(
    concepts.map(({ members, forms }) => [members, forms]),
    [
      [
        [0, 1, 2],
        ['Car', 'motor car', 'automobile'],
      ],
      [[3], ['car']],
      [[4], ['sea']],
    ],
  )
  assert.is(concepts[0]!.text, 0)
  assert.equal(left, [{ source: 0, target: 2, type: 'near', weight: 0.7 }])
})

test('relations that validation has refused speak against both ends, and are gone', async () => {
  const input = world(10, 10, new Set())
  const relations = input.relations.map((relation) => ({ ...relation, accepted: relation.source !== 7 }))
  const { removed, relations: left } = await crystallise({ ...input, relations }, apart)
  assert.ok(removed.some(({ members }) => members.includes(7)))
  assert.ok(removed.some(({ members }) => members.includes(17)))
  assert.not(left.some(({ source, target }) => source === 7 && target === 17))
})

test('ranks of random pairs are even, and the ratio of two groups grows with the rank', () => {
  const numbers = randomNumbers(1)
  const rank = rankAmong(Float64Array.from({ length: 10_000 }, () => numbers.next() ** 2))
  const ranks = Array.from({ length: 10_000 }, () => rank(numbers.next() ** 2))
  assert.ok(Math.abs(ranks.reduce((sum, x) => sum + x, 0) / ranks.length - 0.5) < 0.02)
  // Three quarters belong together, and are likelier to be alike: the density of their ranks is 3 x².
  const mixed = Float64Array.from({ length: 40_000 }, (_, i) =>
    i % 4 === 0 ? numbers.next() : Math.cbrt(numbers.next()),
  )
  const { share, ratio } = twoGroups(mixed)
  assert.ok(share > 0.6 && share < 0.8, `a share of ${share}`)
  for (const [at, expected] of [
    [0.95, 2.7],
    [0.7, 1.5],
    [0.5, 0.75],
  ] as const)
    assert.ok(Math.abs(ratio(at) / expected - 1) < 0.25, `${ratio(at)} at ${at}`)
  const grid = Array.from({ length: 40 }, (_, i) => ratio(i / 40))
  assert.ok(grid.every((x, i) => i === 0 || x >= grid[i - 1]!))
})

test('pairs that are alike are found across blocks', async () => {
  const numbers = randomNumbers(5)
  const count = 2000
  const rows = new Float32Array(count * DIMS)
  for (let i = 0; i < count; i++) {
    const row = Float32Array.from({ length: DIMS }, () => numbers.next() - 0.5)
    // Every fourth is nearly the one far before it.
    const from = i % 4 === 3 ? (i - 3 + 1000) % count : null
    const own =
      from === null || from > i ? row : rows.slice(from * DIMS, (from + 1) * DIMS).map((x) => x + 1e-3)
    const length = Math.hypot(...own)
    rows.set(
      own.map((x) => x / length),
      i * DIMS,
    )
  }
  const planted = Array.from({ length: 250 }, (_, j) => 1003 + 4 * j).map((i) => `${i - 1003} ${i}`)
  const found = new Set<string>()
  for await (const { a, b } of alikePairs(rows, DIMS, 0.999, randomNumbers(0), {}))
    found.add(`${Math.min(a, b)} ${Math.max(a, b)}`)
  const there = planted.filter((pair) => found.has(pair)).length
  assert.ok(there > 225, `${there} of ${planted.length}`)
})

test('links are each neighbour once, in both directions, the heaviest first', () => {
  const relations = [
    { source: 0, target: 1, weight: 0.5 },
    { source: 1, target: 0, weight: 0.75 },
    { source: 0, target: 2, weight: 1 },
    { source: 2, target: 0, weight: 1 },
  ]
  const { first, to, weight } = linksOf(4, relations, 8)
  assert.equal([...first], [0, 2, 3, 4, 4])
  assert.equal([...to], [2, 1, 0, 0])
  assert.equal([...weight], [1, 0.75, 0.75, 1])
  assert.equal([...linksOf(4, relations, 1).to], [2, 0, 0])
})

test('names are one where only marks and capitals differ', () => {
  const forms = voteForms([
    { forms: ['e-mail', 'mail'], confidence: 1 },
    { forms: ['E-Mail'], confidence: 0.5 },
    { forms: ['e mail'], confidence: 0.25 },
    { forms: ['!'], confidence: 1 },
  ])
  assert.equal(forms, ['e-mail', 'mail'])
})

test('what does not fit is refused by name', async () => {
  const vectors = vectorsFrom(Float32Array.from([1, 0, 0, 1]), 2, 'example-2')
  const candidates = [
    { forms: ['a'], confidence: 1 },
    { forms: ['b'], confidence: 1 },
  ]
  const input = { candidates, vectors, formVectors: vectors, relations: [] }
  const refused = async (wrong: Partial<CrystalInput>, message: string, options = {}) => {
    const error = await crystallise({ ...input, ...wrong }, options).then(
      () => assert.unreachable(message),
      (cause: Error) => cause,
    )
    assert.ok((error as Error).message.includes(message), (error as Error).message)
  }
  await refused({ candidates: candidates.slice(1) }, 'vectors: got 2 rows; expected 1')
  const relation = { source: 0, target: 2, type: 'sibling', weight: 1, accepted: null }
  await refused({ relations: [relation] }, 'relations[0]: got 2; expected 0 … 1')
  await refused(
    { vectors: vectorsFrom(Float32Array.from([1, 0, 0, 0]), 2, 'example-2') },
    'vectors[1]: got zeros',
  )
  await refused({}, 'keep: got 1', { keep: 1 })
  await refused({}, 'rounds: got 0', { rounds: 0 })
  await refused({ candidates: [{ forms: [], confidence: 1 }, candidates[1]!] }, 'candidates[0].forms')
})

test.run()
