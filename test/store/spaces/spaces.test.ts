// Vectors of one space from those of another: known maps are found, quality is told of what was held out, stores are filled and
// searched in stages.
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dot, unitLength } from '../../../lib/core/rows.ts'
import { type Vectors, vectorsFrom } from '../../../lib/core/vectors.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import { embeddings } from '../../../lib/store/spaces/embedding.ts'
import { learnPrincipalAxes, learnProjection } from '../../../lib/store/spaces/learn_projection.ts'
import { project } from '../../../lib/store/spaces/projection.ts'
import { readProjection, writeProjection } from '../../../lib/store/spaces/projection_file.ts'
import { fillSpace, nearestInStages } from '../../../lib/store/spaces/stages.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const root = temporaryFolder()
const COUNT = 400

function numbers(count: number, seed: number): Float32Array {
  const random = randomNumbers(seed, 0)
  return Float32Array.from({ length: count }, () => random.next() + random.next() - 1)
}

/** Vectors of 4 hidden numbers each, seen through a matrix, with noise. */
function seen(space: string, dims: number, noise: number, count = COUNT): Vectors {
  const hidden = numbers(4 * count, 1)
  const [matrix, noises] = [numbers(4 * dims, dims), numbers(count * dims, 100 + dims)]
  const rows = Array.from({ length: count }, (_, i) =>
    unitLength(
      Float32Array.from({ length: dims }, (_, c) => {
        let sum = noise * noises[i * dims + c]!
        for (let h = 0; h < 4; h++) sum += hidden[i * 4 + h]! * matrix[h * dims + c]!
        return sum
      }),
    ),
  )
  return vectorsFrom(rows, dims, space)
}

const [small, middle, large] = [
  seen('small-8', 8, 0),
  seen('middle-12', 12, 0.02),
  seen('large-24', 24, 0.02),
]

/** The same vectors in other axes. */
function turned(vectors: Vectors, space: string): Vectors {
  const { dims } = vectors
  const rows = Array.from(vectors, (row) =>
    Float32Array.from({ length: dims }, (_, c) => (c % 2 ? -1 : 1) * row[(c + 3) % dims]!),
  )
  return vectorsFrom(rows, dims, space)
}

test('ridge finds a linear map, and tells its error on what it has not seen', async () => {
  const { quality, method, weight } = await learnProjection(large, middle)
  assert.equal([method, quality.pairs, quality.neighbours, weight.length], ['ridge', 20, 10, 24 * 12])
  assert.ok(quality.cosine > 0.97 && quality.error < 0.1 && quality.overlap > 0.7, JSON.stringify(quality))
  const strange = vectorsFrom(numbers(COUNT * 12, 9), 12, 'strange-12')
  const none = await learnProjection(large, strange)
  assert.ok(none.quality.cosine < 0.4 && none.quality.error > 0.8, JSON.stringify(none.quality))
})

test('procrustes finds a turn, exactly, from fewer pairs than ridge needs', async () => {
  const few = vectorsFrom(Array.from(seen('few-24', 24, 1)).slice(0, 40), 24, 'few-24')
  const other = turned(few, 'other-24')
  const turn = await learnProjection(few, other, { method: 'procrustes' })
  assert.ok(turn.quality.cosine > 0.9999, JSON.stringify(turn.quality))
  assert.ok(turn.quality.overlap === 1 && turn.quality.error < 1e-4)
  const [vector] = await project(turn, vectorsFrom(few.row(0), 24, 'few-24'))
  assert.ok(dot(vector!, unitLength(other.row(0))) > 0.9999)
})

test('principal axes keep what vectors are made of', async () => {
  const flat = await learnPrincipalAxes(large, { dims: 4 })
  assert.is(flat.to, 'large-24-principal-4')
  assert.is(flat.quality.pairs, 40)
  assert.ok(flat.quality.cosine > 0.99 && flat.quality.overlap > 0.8, JSON.stringify(flat.quality))
  const thin = await learnPrincipalAxes(large, { dims: 1, space: 'thin-1' })
  assert.ok(thin.to === 'thin-1' && thin.quality.overlap < flat.quality.overlap)
})

test('what comes out has length 1 whatever the length of what goes in, and zeros stay', async () => {
  const flat = await learnPrincipalAxes(large, { dims: 4 })
  const row = large.row(7)
  const given = vectorsFrom([row, row.map((x) => 5 * x), new Float32Array(24)], 24, 'large-24')
  const [a, b, zeros] = await project(flat, given)
  assert.ok(Math.abs(dot(a!, a!) - 1) < 1e-6)
  assert.ok(a!.every((x, i) => Math.abs(x - b![i]!) < 1e-6))
  assert.equal(zeros, new Float32Array(4))
})

test('a projection is read as it was written, and damage is told', async () => {
  const projection = await learnProjection(large, middle, { method: 'procrustes' })
  const path = join(root, 'projection.safetensors')
  await writeProjection(path, projection)
  assert.equal(await readProjection(path), projection)
  await rejects(() => readProjection(join(root, 'none')), 'NOT_FOUND', /none/)
  const broken = { ...projection, bias: projection.bias.map(() => Number.NaN) }
  await writeProjection(path, broken)
  await rejects(() => readProjection(path), 'BAD_FILE', /projection/)
})

test('a concept has the vector of the store, else one projected from the space that promises most, through others if need be', async () => {
  await using store = await openStore(join(root, 'sizes.store'))
  const { dims } = large
  await store.addSpace('large-24', dims)
  await store.addSpace('small-8', 8)
  const record = (id: string, i: number, spaces: readonly Vectors[]) => ({
    id,
    text: id,
    vectors: Object.fromEntries(spaces.map((vectors) => [vectors.space, vectors.row(i)])),
  })
  await store.upsert([record('both', 0, [large, small]), record('large', 1, [large]), record('none', 2, [])])
  const down = await learnProjection(large, middle)
  const further = await learnProjection(middle, small)
  const ids = ['both', 'large', 'none', 'missing']
  const [both, one, none, missing] = await embeddings(store, ids, 'small-8', [further, down])
  assert.equal([both!.vector, both!.through, both!.cosine], [small.row(0), [], 1])
  assert.equal(one!.through, ['large-24', 'middle-12'])
  assert.ok(dot(one!.vector, small.row(1)) > 0.95)
  assert.ok(Math.abs(one!.cosine - down.quality.cosine * further.quality.cosine) < 1e-12)
  assert.equal([none, missing], [null, null])
  // A direct way that promises more is taken.
  const direct = { ...(await learnProjection(large, small)), quality: { ...down.quality, cosine: 1 } }
  const [again] = await embeddings(store, ['large'], 8, [further, down, direct])
  assert.equal(again!.through, ['large-24'])
  await rejects(() => embeddings(store, ids, 5, [down]), 'BAD_ARGUMENT', /large-24 \(24\), middle-12 \(12\)/)
  await rejects(() => embeddings(store, ids, 'other', [down]), 'SPACE_MISMATCH', /other/)
  await store.addSpace('twin-8', 8)
  await rejects(() => embeddings(store, ids, 8), 'BAD_ARGUMENT', /small-8, twin-8/)
})

test('a space is filled once, and a search in stages finds what an exact one does', async () => {
  await using store = await openStore(join(root, 'stages.store'))
  await store.addSpace('large-24', 24)
  const records = Array.from(large, (row, i) => ({
    id: `c${i}`,
    text: `text ${i}`,
    vectors: { 'large-24': row },
  }))
  await store.upsert(records)
  await store.upsert([{ id: 'bare', text: 'no vector' }])
  const projection = await learnPrincipalAxes(large, { dims: 4 })
  const told: number[] = []
  const options = { batch: 100, onProgress: (concepts: number) => told.push(concepts) }
  assert.is(await fillSpace(store, projection, options), COUNT)
  assert.is(told.at(-1), COUNT + 1)
  assert.is(await fillSpace(store, projection), 0)
  assert.is((await store.get(['c3']))[0]!.text, 'text 3')
  const queries = vectorsFrom(Array.from(large).slice(0, 20), 24, 'large-24')
  const [staged, exact] = [
    await nearestInStages(store, projection, queries, 5),
    await store.nearest(queries, 5),
  ]
  let same = 0
  for (const [q, hits] of staged.entries()) {
    assert.is(hits[0]!.id, `c${q}`)
    for (const [i, { id, cosine }] of hits.entries()) {
      const found = exact[q]!.find((hit) => hit.id === id)
      if (!found) continue
      same++
      assert.ok(Math.abs(found.cosine - cosine) < 1e-6)
      assert.ok(i === 0 || hits[i - 1]!.cosine >= cosine)
    }
  }
  assert.ok(same >= 98, `${same} of 100`)
  const filter = { text: 'text 7' }
  const [filtered] = await nearestInStages(store, projection, queries, 3, { filter })
  assert.ok(filtered!.length === 3 && filtered!.every(({ id }) => id.startsWith('c7')))
  await rejects(() => nearestInStages(store, projection, small, 1), 'SPACE_MISMATCH', /small-8/)
})

test('bad arguments are named', async () => {
  const few = vectorsFrom(Array.from(large).slice(0, 19), 24, 'large-24')
  await rejects(() => learnProjection(large, large), 'BAD_ARGUMENT', /another space/)
  await rejects(() => learnProjection(few, middle), 'BAD_ARGUMENT', /400 rows; expected 19/)
  const less = vectorsFrom(Array.from(middle).slice(0, 19), 12, 'middle-12')
  await rejects(() => learnProjection(few, less), 'BAD_ARGUMENT', /19 rows; expected 20/)
  await rejects(() => learnProjection(large, middle, { lambdas: [0] }), 'BAD_ARGUMENT', /lambdas/)
  await rejects(() => learnProjection(large, middle, { method: 'pca' as 'ridge' }), 'BAD_ARGUMENT', /method/)
  await rejects(() => learnPrincipalAxes(large, { dims: 24 }), 'BAD_ARGUMENT', /dims.*below 24/)
  const projection = await learnPrincipalAxes(large, { dims: 2 })
  await rejects(() => project(projection, middle), 'SPACE_MISMATCH', /middle-12/)
  const signal = AbortSignal.abort(new Error('enough'))
  const aborted = await learnProjection(large, middle, { signal }).catch((error) => error)
  assert.is(aborted.message, 'enough')
})

test.run()
