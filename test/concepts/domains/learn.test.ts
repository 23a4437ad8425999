import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  centroidRows,
  domainNamed,
  rankDomains,
  subdomains,
  topDomains,
} from '../../../lib/concepts/domains/domains.ts'
import { growDomains } from '../../../lib/concepts/domains/growing.ts'
import { learnDomains } from '../../../lib/concepts/domains/learn.ts'
import { blobs, refusal, space, vectors } from './points.ts'

test('a domain is the mean of its vectors, with variance, radius and representatives', () => {
  const given = vectors([
    [0, 0],
    [2, 0],
    [10, 4],
    [1, 6],
  ])
  const texts = ['a', 'b', 'c', 'd']
  const learned = learnDomains(given, ['x', 'x', null, 'x'], { drop: 0, texts, representatives: 2 })
  assert.is(learned.all.length, 1)
  const [x] = learned.all
  assert.equal([...x!.centroid], [1, 2])
  assert.equal([...x!.variance], [Math.fround(2 / 3), 8])
  assert.is(x!.radius, 4)
  assert.is(x!.count, 3)
  assert.equal(x!.representatives, ['a', 'b']) // as near as each other, in their order
})

test('purification drops the farthest tenth and takes the mean again', () => {
  const rows = Array.from({ length: 10 }, (_, i) => (i === 4 ? [100, 0] : [i % 2, 0]))
  const labels = rows.map(() => 'x')
  const [pure] = learnDomains(vectors(rows), labels).all
  assert.is(pure!.count, 9)
  assert.ok(pure!.radius < 1)
  assert.ok(pure!.centroid[0]! < 1)
  const [one] = learnDomains(vectors([[3, 4]]), ['x']).all
  assert.equal([one!.count, one!.radius, ...one!.centroid], [1, 0, 3, 4])
})

test('equal representatives are named once', () => {
  const rows = [[0], [0], [1]]
  const [x] = learnDomains(vectors(rows), ['x', 'x', 'x'], { drop: 0, texts: ['a', 'a', 'b'] }).all
  assert.equal(x!.representatives, ['a', 'b'])
})

test('domains keep the order of their names, and know their parents', () => {
  const given = vectors([[1], [2], [3]])
  const learned = learnDomains(given, ['b', 'a', 'b/c'], { parents: { 'b/c': 'b' } })
  assert.equal(
    learned.all.map(({ name }) => name),
    ['b', 'a', 'b/c'],
  )
  assert.equal(
    topDomains(learned).map(({ name }) => name),
    ['b', 'a'],
  )
  assert.equal(
    subdomains(learned, 'b').map(({ name }) => name),
    ['b/c'],
  )
  assert.equal([...centroidRows(learned.all, 1)], [1, 2, 3])
})

test('the nearest domain comes first; confidences sum to one', () => {
  const { all } = learnDomains(
    vectors([
      [1, 0],
      [0, 2],
      [-1, 0],
    ]),
    ['x', 'y', 'z'],
  )
  const ranked = rankDomains(all, Float32Array.of(3, 1))
  assert.equal(
    ranked.map(({ domain }) => domain.name),
    ['x', 'y', 'z'],
  )
  assert.ok(Math.abs(ranked[0]!.cosine - 3 / Math.sqrt(10)) < 1e-12)
  assert.ok(Math.abs(ranked.reduce((sum, { confidence }) => sum + confidence, 0) - 1) < 1e-12)
  assert.equal(
    rankDomains(all, Float32Array.of(0, 0)).map(({ cosine }) => cosine),
    [0, 0, 0],
  )
})

test('one vector after another gives what all at once give', () => {
  const { vectors: given, labels } = blobs(
    [
      [5, 1, 0],
      [-2, 0, 7],
    ],
    40,
    1,
  )
  const batch = learnDomains(given, labels, { drop: 0 })
  const growing = growDomains(given)
  const rows = given.toFloat32Array()
  for (const [i, label] of labels.entries())
    growing.observe(label, vectors([[...rows.subarray(3 * i, 3 * i + 3)]]))
  const grown = growing.current()
  assert.equal(
    grown.all.map(({ name, count }) => [name, count]),
    batch.all.map(({ name, count }) => [name, count]),
  )
  for (const [d, { centroid, variance }] of grown.all.entries())
    for (let i = 0; i < 3; i++) {
      assert.ok(Math.abs(centroid[i]! - batch.all[d]!.centroid[i]!) < 1e-6)
      assert.ok(Math.abs(variance[i]! - batch.all[d]!.variance[i]!) < 1e-6)
    }
})

test('a new name is a new domain; an old one goes on from what it was', () => {
  const start = learnDomains(vectors([[1], [3]]), ['x', 'x'], { drop: 0, texts: ['one', 'three'] })
  const growing = growDomains(start, { start })
  growing.observe('x', vectors([[8]]))
  const before = growing.current()
  growing.observe('y', vectors([[5], [7]]))
  assert.equal(
    before.all.map(({ name }) => name),
    ['x'],
  )
  const [x, y] = growing.current().all
  assert.equal([x!.count, x!.centroid[0], x!.radius], [3, 4, 4])
  assert.equal(x!.representatives, ['one', 'three'])
  assert.equal([y!.count, y!.centroid[0], y!.variance[0]], [2, 6, 1])
})

test('a short memory follows what changes', () => {
  const growing = growDomains({ space, dims: 1 }, { memory: 10 })
  growing.observe('x', vectors(Array.from({ length: 100 }, () => [0])))
  growing.observe('x', vectors(Array.from({ length: 100 }, () => [1])))
  const [x] = growing.current().all
  assert.is(x!.count, 200)
  assert.ok(x!.centroid[0]! > 0.999)
  assert.ok(x!.variance[0]! < 1e-3)
})

test('bad input', async () => {
  const one = vectors([[1, 2]])
  const set = learnDomains(one, ['x'])
  for (const [call, message, code] of [
    [() => learnDomains(vectors([]), []), /vectors: got 0 vectors/],
    [() => learnDomains(vectors([[1, Number.NaN]]), ['x']), /vectors\[0\]: got NaN/],
    [() => learnDomains(one, [null]), /labels: got null only/],
    [() => learnDomains(one, ['x', 'y']), /labels: got 2; expected one for each of 1/],
    [() => learnDomains(one, ['']), /labels\[0\]: got ""/],
    [() => learnDomains(one, ['x'], { drop: 1 }), /drop: got 1/],
    [() => learnDomains(one, ['x'], { texts: [] }), /texts: got 0/],
    [() => learnDomains(null as never, ['x']), /vectors: got null; expected vectors/],
    [() => learnDomains(one, undefined as never), /labels: got undefined; expected an array/],
    [() => learnDomains(one, 'x' as never), /labels: got "x"; expected an array/],
    [() => learnDomains(one, ['x'], { texts: null as never }), /texts: got null; expected an array/],
    [() => domainNamed(set, 'y'), /domain: got "y"; expected x/],
    [() => subdomains(set, 'y'), /domain: got "y"/],
    [() => rankDomains(set.all, Float32Array.of(1)), /vector: got 1 dimensions; expected 2/],
    [() => growDomains({ space, dims: 2 }).observe('', one), /name: got ""/],
    [() => growDomains({ space, dims: 2 }).observe('x', vectors([])), /0 vectors/],
    [() => growDomains({ space, dims: 3 }).observe('x', one), /2 dimensions; expected 3/],
    [
      () => growDomains({ space, dims: 2 }).observe('x', vectors([[0, Number.POSITIVE_INFINITY]])),
      /Infinity/,
    ],
    [() => growDomains({ space, dims: 2 }, { memory: 0.5 }), /memory: got 0.5/],
    [() => growDomains({ space, dims: 2 }).observe('x', null as never), /vectors: got null/],
    [() => growDomains({ space, dims: 3 }, { start: set }), /start: got 2 dimensions; expected 3 dimensions/],
    [() => growDomains({ space: 'other', dims: 2 }).observe('x', one), /'other'/, 'SPACE_MISMATCH'],
  ] as const) {
    const error = await refusal(call)
    assert.is(error.code, code ?? 'BAD_ARGUMENT')
    assert.match(error.message, message)
  }
})

test('what is refused changes nothing', async () => {
  const growing = growDomains({ space, dims: 1 })
  await refusal(() => growing.observe('x', vectors([[1], [Number.NaN]])))
  assert.equal(growing.current().all, [])
})

test.run()
