// Documents of a store as sequences: each concept once an epoch, in the order of its document.
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trainingBatches } from '../../lib/data/stored_sequences.ts'
import { openStore } from '../../lib/store/open_store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'

const SPACE = 'example-3'
const LENGTHS = [17, 1, 40, 9, 25]

const store = await openStore(join(temporaryFolder(), 'sequences.store'))
test.after(() => store.dispose())
await store.addSpace(SPACE, 3)
const records = LENGTHS.flatMap((length, d) =>
  Array.from({ length }, (_, position) => ({
    id: `${d}-${position}`,
    text: '',
    document: `d${d}`,
    position,
    type: d === 4 ? 'code' : 'text',
    vectors: { [SPACE]: Float32Array.of(d, position, 1) },
  })),
)
// Neither their order in the store nor others beside them count.
await store.upsert(
  [...records].sort((a, b) =>
    a.id.length === b.id.length ? (a.id < b.id ? 1 : -1) : a.id.length - b.id.length,
  ),
)
await store.upsert([
  { id: 'alone', text: '', vectors: { [SPACE]: Float32Array.of(9, 9, 9) } },
  { id: 'bare', text: '', document: 'd0', position: 5 },
])

async function batchesOf(options: Partial<Parameters<typeof trainingBatches>[1]> = {}) {
  const all = []
  for await (const batch of trainingBatches(store, { space: SPACE, rows: 16, window: 8, ...options }))
    all.push(batch)
  return all
}

test('windows are runs of a document, and rows are the vectors of their concepts', async () => {
  const all = await batchesOf({ seed: 3 })
  assert.is(all.length, Math.floor(91 / 16))
  const seen = new Set<string>()
  for (const { vectors, windows } of all) {
    assert.is(vectors.length, 16 * 3)
    assert.is(
      windows.reduce((sum, { ids }) => sum + ids.length, 0),
      16,
    )
    for (const { document, ids, row } of windows)
      for (const [i, id] of ids.entries()) {
        assert.not(seen.has(id), id)
        seen.add(id)
        const [d, position, one] = vectors.subarray((row + i) * 3, (row + i + 1) * 3)
        assert.equal([`d${d}`, `${d}-${position}`, one], [document, id, 1])
        assert.ok(i === 0 || position === vectors[(row + i - 1) * 3 + 1]! + 1, 'in order')
      }
  }
  assert.not(
    [...seen].some((id) => id.startsWith('1-')),
    'a document of one concept is no sequence',
  )
})

test('the seed decides alone; epochs differ', async () => {
  const shown = (all: Awaited<ReturnType<typeof batchesOf>>) =>
    JSON.stringify(all.map(({ windows }) => windows))
  assert.is(shown(await batchesOf({ seed: 1 })), shown(await batchesOf({ seed: 1 })))
  assert.is.not(shown(await batchesOf({ seed: 1 })), shown(await batchesOf({ seed: 2 })))
  const two = await batchesOf({ seed: 1, epochs: 2 })
  assert.is(two.length, 10)
  assert.is(shown(two.slice(0, 5)), shown(await batchesOf({ seed: 1 })))
  assert.is.not(shown(two.slice(5)), shown(two.slice(0, 5)))
})

test('a filter chooses documents; what fits nothing, and options out of range, are errors', async () => {
  const code = await batchesOf({ filter: { types: ['code'] } })
  assert.ok(code.every(({ windows }) => windows.every(({ document }) => document === 'd4')))
  await rejects(() => batchesOf({ filter: { types: ['none'] } }), 'BAD_ARGUMENT', /documents/)
  await rejects(() => batchesOf({ space: 'other-3' }), 'SPACE_MISMATCH', /other-3/)
  await rejects(() => batchesOf({ epochs: 0 }), 'BAD_ARGUMENT', /epochs/)
  await rejects(() => batchesOf({ window: 3 }), 'BAD_ARGUMENT', /window/)
})

test('it ends at the signal', async () => {
  const controller = new AbortController()
  let batches = 0
  const run = async () => {
    for await (const _ of trainingBatches(store, {
      space: SPACE,
      rows: 16,
      window: 8,
      signal: controller.signal,
    })) {
      batches++
      controller.abort(new Error('enough'))
    }
  }
  const error = await run().catch((reason) => reason)
  assert.equal([error.message, batches], ['enough', 1])
})

test.run()
