// The domains of a store are those of its vectors taken all at once.
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { storedDomains } from '../../../lib/concepts/database/stored_domains.ts'
import { learnDomains } from '../../../lib/concepts/domains/learn.ts'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const [SPACE, DIMS, COUNT] = ['example-5', 5, 3000]
const numbers = randomNumbers(1, 0)
const rows = Array.from({ length: COUNT }, () =>
  Float32Array.from({ length: DIMS }, () => numbers.next() - 0.3),
)
const labels = rows.map((_, i) => (i % 7 === 0 ? null : (['law', 'sea', 'art'] as const)[i % 3]!))
const texts = rows.map((_, i) => `text ${Math.floor(i / 2)}`)

const store = await openStore(join(temporaryFolder(), 'domains.store'))
test.after(() => store.dispose())
await store.addSpace(SPACE, DIMS)
await store.upsert(
  rows.map((vector, i) => ({
    id: `c${i}`,
    text: texts[i]!,
    primaryDomain: labels[i]!,
    ...(i % 11 > 0 && { vectors: { [SPACE]: vector } }),
  })),
)

test('mean, variance, radius and representatives are those of learnDomains, without what has no domain or no vector', async () => {
  const told: number[] = []
  const onProgress = (concepts: number) => told.push(concepts)
  const { all, space, dims } = await storedDomains(store, {
    space: SPACE,
    representatives: 4,
    parents: { sea: 'law' },
    onProgress,
  })
  assert.equal([space, dims, told.at(-1)], [SPACE, DIMS, 2 * COUNT])
  const some = [...rows.keys()].filter((i) => i % 11 > 0)
  const vectors = vectorsFrom(
    some.map((i) => rows[i]!),
    DIMS,
    SPACE,
  )
  const options = { drop: 0, texts: some.map((i) => texts[i]!), representatives: 4, parents: { sea: 'law' } }
  const expected = learnDomains(
    vectors,
    some.map((i) => labels[i]!),
    options,
  ).all
  assert.equal(
    all.map(({ name }) => name),
    ['art', 'law', 'sea'],
  )
  for (const domain of all) {
    const other = expected.find(({ name }) => name === domain.name)!
    assert.equal(
      [domain.count, domain.parent, domain.representatives],
      [other.count, other.parent, other.representatives],
    )
    const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-5, `${domain.name}: ${a}, ${b}`)
    near(domain.radius, other.radius)
    for (let c = 0; c < DIMS; c++) {
      near(domain.centroid[c]!, other.centroid[c]!)
      near(domain.variance[c]!, other.variance[c]!)
    }
  }
})

test('a filter leaves concepts out; none that fits, and an unknown space, are errors', async () => {
  const { all } = await storedDomains(store, {
    space: SPACE,
    filter: { domains: ['sea'] },
    representatives: 0,
  })
  assert.equal(
    all.map(({ name, representatives }) => [name, representatives.length]),
    [['sea', 0]],
  )
  await rejects(
    () => storedDomains(store, { space: SPACE, filter: { domains: ['war'] } }),
    'BAD_ARGUMENT',
    /primaryDomain/,
  )
  await rejects(() => storedDomains(store, { space: 'other-3' }), 'SPACE_MISMATCH', /other-3/)
  await rejects(
    () => storedDomains(store, { space: SPACE, representatives: -1 }),
    'BAD_ARGUMENT',
    /representatives/,
  )
})

test.run()
