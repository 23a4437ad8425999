import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { clusterVectors, discoverDomains } from '../../../lib/concepts/domains/clusters.ts'
import { assignExperts } from '../../../lib/concepts/domains/experts.ts'
import { learnDomains } from '../../../lib/concepts/domains/learn.ts'
import { blobs, refusal, space, vectors } from './points.ts'

const CENTRES = [
  [0, 0, 0],
  [10, 0, 0],
  [0, 10, 0],
  [10, 10, 3],
  [-9, 4, 20],
]

/** Whether vectors share a cluster exactly when they share a label. */
function agrees(index: Int32Array, labels: readonly string[]): boolean {
  const pairs = new Set(labels.map((label, i) => `${label} ${index[i]}`))
  return pairs.size === new Set(labels).size && pairs.size === new Set(index).size
}

test('well separated clusters are found, whole and by batches', async () => {
  const { vectors: given, labels } = blobs(CENTRES, 60, 1)
  for (let seed = 0; seed < 10; seed++)
    for (const options of [{}, { wholeUpTo: 100, batch: 50, rounds: 30 }]) {
      const { index, centroids, distance } = await clusterVectors(given, CENTRES.length, { seed, ...options })
      assert.ok(agrees(index, labels))
      assert.ok(distance.every((d) => d <= 4.5))
      for (const [i, label] of labels.entries())
        for (const [axis, x] of CENTRES[Number(label.slice(1))]!.entries())
          assert.ok(Math.abs(centroids[3 * index[i]! + axis]! - x) < 0.5)
    }
})

test('a seed decides everything', async () => {
  const { vectors: given } = blobs([[0, 0]], 500, 1)
  for (const options of [{}, { wholeUpTo: 100, batch: 100, rounds: 20 }]) {
    const [a, b, c] = await Promise.all(
      [7, 7, 8].map((seed) => clusterVectors(given, 6, { seed, ...options })),
    )
    assert.equal(a, b)
    assert.not.equal(a!.centroids, c!.centroids)
    assert.equal(await clusterVectors(given, 6, { seed: 7, threads: 1, ...options }), a)
  }
})

test('k-means ends where no vector is nearer to another mean', async () => {
  const { vectors: given } = blobs([[0, 0]], 300, 1, 3)
  const { centroids, index } = await clusterVectors(given, 7, { seed: 2 })
  const rows = given.toFloat32Array()
  for (let c = 0; c < 7; c++) {
    const members = [...index.keys()].filter((i) => index[i] === c)
    assert.ok(members.length > 0)
    for (let axis = 0; axis < 2; axis++) {
      const mean = members.reduce((sum, i) => sum + rows[2 * i + axis]!, 0) / members.length
      assert.ok(Math.abs(mean - centroids[2 * c + axis]!) < 1e-6)
    }
  }
})

test('as many clusters as vectors, one cluster, and equal vectors', async () => {
  const three = vectors([[1], [5], [9]])
  assert.is(new Set((await clusterVectors(three, 3)).index).size, 3)
  assert.equal((await clusterVectors(three, 1)).centroids, Float32Array.of(5))
  const equal = await clusterVectors(vectors([[2], [2], [2]]), 2)
  assert.equal([...equal.distance], [0, 0, 0])
})

test('unlabelled vectors become domains', async () => {
  const { vectors: given, labels } = blobs(CENTRES, 20, 1)
  const { all } = await discoverDomains(given, 5, { texts: labels, drop: 0, representatives: 3 })
  assert.equal(
    all.map(({ name, count }) => [name, count]),
    [1, 2, 3, 4, 5].map((i) => [`cluster-${i}`, 20]),
  )
  assert.is(new Set(all.flatMap(({ representatives }) => representatives)).size, 5)
})

test('near domains share an expert when there are more domains than experts', async () => {
  const rows = [
    [1, 0.1],
    [0.1, 3],
    [9, 0],
    [0, 1],
  ]
  const domains = learnDomains(vectors(rows), ['a', 'b', 'c', 'd'])
  const shared = await assignExperts(domains, domains.all, 2)
  assert.equal([...shared.domainsOf].sort(), [
    ['a', 'c'],
    ['b', 'd'],
  ])
  for (const [i, { name }] of domains.all.entries())
    assert.ok(shared.domainsOf[shared.expertOf[i]!]!.includes(name))
  const own = await assignExperts(domains, domains.all, 6)
  assert.equal(own.domainsOf, [['a'], ['b'], ['c'], ['d'], [], []])
  for (let experts = 1; experts <= 4; experts++)
    for (const names of (await assignExperts(domains, domains.all, experts)).domainsOf)
      assert.ok(names.length > 0)
})

test('bad input', async () => {
  const two = vectors([[1], [2]])
  const zero = learnDomains(vectors([[0], [0]]), ['a', 'b'])
  for (const [call, message] of [
    [() => clusterVectors(vectors([]), 1), /0 vectors/],
    [() => clusterVectors(vectors([[Number.NaN]]), 1), /vectors\[0\]: got NaN/],
    [() => clusterVectors(two, 3), /k: got 3; expected 1 … 2/],
    [() => clusterVectors(two, 0), /k: got 0/],
    [() => clusterVectors(two, 1, { seed: -1 }), /seed: got -1/],
    [() => clusterVectors(two, 1, { rounds: 0 }), /rounds: got 0/],
    [() => clusterVectors(two, 1, { wholeUpTo: Number.NaN }), /wholeUpTo: got NaN; expected a number of 0/],
    [() => assignExperts({ space, dims: 1 }, [], 2), /no domain/],
    [() => assignExperts(zero, zero.all, 0), /experts: got 0/],
    [() => assignExperts(zero, zero.all, 1), /a centroid of length 0/],
  ] as const) {
    const error = await refusal(call)
    assert.is(error.code, 'BAD_ARGUMENT')
    assert.match(error.message, message)
  }
})

test('clustering can be cancelled', async () => {
  const { vectors: given } = blobs([[0, 0]], 500, 1)
  const controller = new AbortController()
  const onProgress = () => controller.abort(new Error('enough'))
  try {
    await clusterVectors(given, 9, { signal: controller.signal, onProgress })
    assert.unreachable()
  } catch (error) {
    assert.is((error as Error).message, 'enough')
  }
})

test.run()
