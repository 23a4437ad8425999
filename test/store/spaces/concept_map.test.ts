import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { VmmError } from '../../../lib/core/errors.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { openGraph } from '../../../lib/store/graph/graph.ts'
import { placeConcepts } from '../../../lib/store/graph/place_concepts.ts'
import { fitConceptMap } from '../../../lib/store/spaces/concept_map.ts'
import { conceptMapOf, conceptMapText } from '../../../lib/store/spaces/concept_map_text.ts'
import type { ConceptStore } from '../../../lib/store/store.ts'
import { rejects } from '../../support/rejects.ts'
import { closeStores, countedStore } from '../graph/counted_store.ts'

const SPACE = 'example-6'

/** Vectors that vary most along the first axes: 1, 1/2, 1/4 … of unit length after all. */
function cloud(seed: number, count: number, dims: number): Float32Array[] {
  const numbers = randomNumbers(seed)
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: dims }, (_, i) => (numbers.next() - 0.5) / 2 ** i + (i === dims - 1 ? 2 : 0)),
  )
}

/** Eigenvalues and vectors of a symmetric matrix, by Jacobi's rotations, the largest first. */
function eigen(matrix: number[][]): { values: number[]; vectors: number[][] } {
  const n = matrix.length
  const a = matrix.map((row) => row.slice())
  const v = a.map((_, i) => a.map((_, j) => Number(i === j)))
  for (let sweep = 0; sweep < 60; sweep++)
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(a[p]![q]!) < 1e-15) continue
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!)
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1))
        const c = 1 / Math.hypot(t, 1)
        const s = t * c
        for (let k = 0; k < n; k++)
          [a[k]![p], a[k]![q]] = [c * a[k]![p]! - s * a[k]![q]!, s * a[k]![p]! + c * a[k]![q]!]
        for (let k = 0; k < n; k++)
          [a[p]![k], a[q]![k]] = [c * a[p]![k]! - s * a[q]![k]!, s * a[p]![k]! + c * a[q]![k]!]
        for (let k = 0; k < n; k++)
          [v[k]![p], v[k]![q]] = [c * v[k]![p]! - s * v[k]![q]!, s * v[k]![p]! + c * v[k]![q]!]
      }
  const order = a.map((_, i) => i).sort((i, j) => a[j]![j]! - a[i]![i]!)
  return { values: order.map((i) => a[i]![i]!), vectors: order.map((i) => v.map((row) => row[i]!)) }
}

test('axes are the principal components, and shares what they have of the variance', () => {
  for (const seed of [1, 2, 3]) {
    const vectors = cloud(seed, 60, 6)
    const map = fitConceptMap(SPACE, vectors, 3, 0)
    const units = vectors.map((vector) => Array.from(vector, (x) => x / Math.hypot(...vector)))
    const mean = units[0]!.map((_, i) => units.reduce((sum, row) => sum + row[i]!, 0) / units.length)
    const covariance = mean.map((_, i) =>
      mean.map((_, j) => units.reduce((sum, row) => sum + (row[i]! - mean[i]!) * (row[j]! - mean[j]!), 0)),
    )
    const { values, vectors: axes } = eigen(covariance)
    const whole = values.reduce((a, b) => a + b, 0)
    for (const [i, axis] of map.axes.entries()) {
      const cosine = axis.reduce((sum, x, j) => sum + x * axes[i]![j]!, 0)
      assert.ok(Math.abs(Math.abs(cosine) - 1) < 1e-5, `axis ${i}: ${cosine}`)
      assert.ok(Math.abs(map.shares[i]! - values[i]! / whole) < 1e-6)
      const largest = axis.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0)
      assert.ok(largest > 0)
    }
    const place = map.place(vectors[7]!)
    for (const [i, axis] of map.axes.entries()) {
      const expected = units[7]!.reduce((sum, x, j) => sum + (x - mean[j]!) * axis[j]!, 0)
      assert.ok(Math.abs(place[i]! - expected) < 1e-6)
    }
  }
})

test('equal vectors and seeds give equal bits; a vector lies where any multiple of it lies', () => {
  const vectors = cloud(4, 50, 6)
  const map = fitConceptMap(SPACE, vectors, 2, 7)
  assert.equal(fitConceptMap(SPACE, vectors, 2, 7).axes, map.axes)
  const [a, b] = [map.place(vectors[0]!), map.place(vectors[0]!.map((x) => 8 * x))]
  for (const [i, x] of a.entries()) assert.ok(Math.abs(x - b[i]!) < 1e-6)
})

test('vectors that are all the same have a map on which all lie at 0', () => {
  const same = Array.from({ length: 5 }, () => Float32Array.of(0, 3, 4))
  const map = fitConceptMap(SPACE, same, 2, 0)
  assert.equal(map.shares, [0, 0])
  for (const x of map.place(same[0]!)) assert.ok(Math.abs(x) < 1e-6)
})

test('concepts get places in the store, and keep all else', async () => {
  const store = await countedStore({ [SPACE]: 6 })
  const vectors = cloud(5, 40, 6)
  await store.upsert(
    vectors.map((vector, i) => ({
      id: `c${i}`,
      text: `text ${i}`,
      type: 'x',
      confidence: i / 40,
      vectors: { [SPACE]: vector },
    })),
  )
  await store.upsert([{ id: 'bare', text: 'no vector' }])
  const before = await store.get(['c3', 'bare'])
  const map = await placeConcepts(store)
  const [placed, bare] = await store.get(['c3', 'bare'])
  assert.equal(placed, { ...before[0]!, gps: map.place(vectors[3]!) })
  assert.is(placed!.gps!.length, 3)
  assert.equal(bare, before[1])
  assert.equal(await store.vectors(SPACE, ['c3']), [vectors[3]])

  const graph = openGraph(store)
  const id = await graph.addConcept({ text: 'new', vector: vectors[3]! })
  assert.equal((await store.get([id]))[0]!.gps, placed!.gps)
  const own = await graph.addConcept({ text: 'own', vector: vectors[3]!, gps: [1, 2] })
  assert.equal(
    (await graph.get([own, 'nobody'])).map((concept) => concept?.gps ?? null),
    [[1, 2], null],
  )
})

test('a map is fitted to at most 8192 vectors, which the seed draws', async () => {
  const numbers = randomNumbers(1)
  const [record] = await (async () => {
    const store = await countedStore()
    await store.upsert([{ id: 'c', text: 'x' }])
    return store.get(['c'])
  })()
  const concepts = Array.from({ length: 9000 }, (_, i) => ({
    ...record!,
    id: `c${i}`,
    vectors: { 'example-2': Float32Array.of(4 * numbers.next(), numbers.next()) },
  }))
  let written = 0
  const store = {
    spaces: new Map([['example-2', 2]]),
    scan: async function* () {
      yield concepts
    },
    upsert: async (placed: readonly unknown[]) => {
      written += placed.length
    },
    conceptMap: async () => null,
    keepConceptMap: async () => {},
  } as unknown as ConceptStore
  const [a, again, b] = [
    await placeConcepts(store, { coordinates: 1 }),
    await placeConcepts(store, { coordinates: 1 }),
    await placeConcepts(store, { coordinates: 1, seed: 1 }),
  ]
  assert.is(written, 27_000)
  assert.equal(a.axes, again.axes)
  assert.not.equal(a.axes, b.axes)
  assert.ok(Math.abs(a.axes[0]![0]! * b.axes[0]![0]! + a.axes[0]![1]! * b.axes[0]![1]!) > 0.999)
  assert.is(await placeConcepts(store, { map: b }), b)
})

test('a map is the same after it was written and read; what is damaged or of another space is refused', () => {
  const vectors = cloud(6, 30, 6)
  const map = fitConceptMap(SPACE, vectors, 3, 0)
  const text = conceptMapText(map)
  const read = conceptMapOf(text, SPACE, 6)
  assert.equal(
    [read.space, read.dims, read.mean, read.axes, read.shares],
    [SPACE, 6, map.mean, map.axes, map.shares],
  )
  assert.equal(read.place(vectors[0]!), map.place(vectors[0]!))
  const fields = JSON.parse(text)
  const infinite = Buffer.from(Float32Array.of(0, 0, 0, 0, 0, Infinity).buffer).toString('base64')
  for (const damaged of [
    text.slice(0, -1),
    JSON.stringify({ ...fields, mean: fields.mean.slice(0, -4) }),
    JSON.stringify({ ...fields, mean: infinite }),
    JSON.stringify({ ...fields, axes: [] }),
    JSON.stringify({ ...fields, axes: fields.axes.slice(1) }),
    JSON.stringify({ ...fields, shares: ['much', 1, 2] }),
  ])
    assert.throws(
      () => conceptMapOf(damaged, SPACE, 6),
      ({ code, message }: VmmError) =>
        code === 'BAD_FILE' && message.startsWith("the map of space 'example-6'"),
    )
  assert.throws(() => conceptMapOf(text, SPACE, 7), /is damaged/)
  const later = JSON.stringify({ ...fields, format: 'concept-map-2' })
  assert.throws(
    () => conceptMapOf(later, SPACE, 6),
    ({ code }: VmmError) => code === 'UNSUPPORTED',
  )
})

test('concepts that come later get their places on the map that the store keeps', async () => {
  const store = await countedStore({ [SPACE]: 6 })
  const vectors = cloud(8, 60, 6)
  const concept = (i: number) => ({ id: `c${i}`, text: `text ${i}`, vectors: { [SPACE]: vectors[i]! } })
  const some = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => concept(from + i))
  await store.upsert(some(0, 20))
  assert.is(await store.conceptMap(SPACE), null)
  const first = await placeConcepts(store, { coordinates: 2 })
  await store.upsert(some(20, 60))
  const told: number[] = []
  const same = await placeConcepts(store, { onProgress: (done) => told.push(done) })
  assert.equal([same.axes, same.shares], [first.axes, first.shares])
  assert.is(told.at(-1), 60)
  const [early, late] = await store.get(['c3', 'c50'])
  assert.equal([early!.gps, late!.gps], [first.place(vectors[3]!), first.place(vectors[50]!)])
  await rejects(
    () => placeConcepts(store, { coordinates: 3 }),
    'BAD_ARGUMENT',
    /^coordinates: got 3; expected 2, as the store's map has, or anew/,
  )
  const fresh = await placeConcepts(store, { anew: true })
  assert.not.equal(fresh.axes[0], first.axes[0])
  assert.equal((await store.conceptMap(SPACE))!.axes, fresh.axes)
  assert.equal((await store.get(['c3']))[0]!.gps, fresh.place(vectors[3]!))
})

test('what cannot be mapped is refused', async () => {
  const refused = async (call: () => Promise<unknown>, message: RegExp) => {
    const error = await call().then(
      () => null,
      (error: unknown) => error as Error,
    )
    assert.match(error?.message ?? 'nothing', message)
  }
  const store = await countedStore({ [SPACE]: 6 })
  await refused(() => placeConcepts(store), /^vectors: got 0 of 0 dimensions; expected more than 3/)
  await refused(
    () => placeConcepts(store, { space: 'other' }),
    /^space: got 'other'; expected one of example-6/,
  )
  await refused(() => placeConcepts(store, { coordinates: 0 }), /^coordinates: got 0/)
  await refused(() => placeConcepts(store, { seed: -1 }), /^seed: got -1/)
  await refused(
    async () => placeConcepts(await countedStore()),
    /^space: got none; expected a store with a space/,
  )
  const map = fitConceptMap(SPACE, cloud(1, 9, 6), 2, 0)
  assert.throws(
    () => map.place(new Float32Array(5)),
    /vector: got Float32Array of 5; expected a Float32Array of 6/,
  )
  assert.throws(() => map.place(new Float32Array(6).fill(Number.NaN)), /vector: got NaN or infinity/)
})

test.after(closeStores)
test.run()
