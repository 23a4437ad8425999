import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type GroupSplit, PARTS, partOf, splitDocuments } from '../../lib/data/split.ts'
import { planWindows } from '../../lib/data/windows.ts'

const counts = [3, 200, 64, 65, 8, 1, 90, 31, 500, 7, 71]
const options = { rows: 128, window: 32, minimum: 8, together: 1, seed: 5 }

test('an epoch has every row of the documents that are long enough at most once', () => {
  const windows = planWindows(counts, options)
  assert.is(windows.tooShort, 3)
  const total = 200 + 64 + 65 + 8 + 90 + 31 + 500 + 71
  assert.is(windows.perEpoch, Math.floor(total / 128))
  const cuts = new Set<number>()
  for (let epoch = 0; epoch < 5; epoch++) {
    const seen = new Set<string>()
    for (let b = 0; b < windows.perEpoch; b++) {
      const batch = windows.batch(epoch * windows.perEpoch + b)
      assert.is(
        batch.reduce((n, { begin, end }) => n + end - begin, 0),
        128,
      )
      assert.ok(batch.length <= windows.most, `${batch.length} windows`)
      for (const [i, { document, begin, end }] of batch.entries()) {
        assert.ok(begin >= 0 && begin < end && end <= counts[document]! && counts[document]! >= 8)
        if (i > 0 && i < batch.length - 1) assert.ok(end - begin >= 8 && end - begin < 32 + 8)
        if (document === 8) cuts.add(begin)
        for (let row = begin; row < end; row++) {
          assert.not(seen.has(`${document} ${row}`))
          seen.add(`${document} ${row}`)
        }
      }
    }
  }
  assert.ok(cuts.size > 40, 'documents are cut elsewhere in every epoch')
})

test('a batch depends on the seed and its number alone', () => {
  const one = planWindows(counts, options)
  const two = planWindows(counts, options)
  const numbers = [0, 17, 3, 40, 3, 0]
  const ordered = new Map([...numbers].sort((a, b) => a - b).map((n) => [n, one.batch(n)]))
  for (const n of numbers) assert.equal(two.batch(n), ordered.get(n))
  assert.not.equal(planWindows(counts, { ...options, seed: 6 }).batch(0), one.batch(0))
})

test('windows of a document stay side by side', () => {
  const windows = planWindows(counts, { ...options, together: 4 })
  for (let number = 0; number < windows.perEpoch; number++) {
    const batch = windows.batch(number)
    // Every place where the next window does not go on begins a group, and a batch has room for few.
    const groups = batch.filter(
      (w, i) => i === 0 || batch[i - 1]!.end !== w.begin || batch[i - 1]!.document !== w.document,
    )
    assert.ok(groups.length <= 4, `${groups.length} groups`)
  }
  assert.throws(
    () => planWindows(counts, { ...options, together: 0 }),
    /^batch\.together: got 0; expected a whole number/,
  )
})

test('fewer rows than a batch holds', () => {
  const windows = planWindows([9, 10], { ...options, rows: 64 })
  assert.equal([windows.rows, windows.perEpoch], [19, 1])
  for (const number of [0, 1, 2]) {
    const batch = windows.batch(number).sort((a, b) => a.document - b.document)
    assert.equal(batch, [
      { document: 0, begin: 0, end: 9 },
      { document: 1, begin: 0, end: 10 },
    ])
  }
})

test('options out of range, and documents that are all too short', () => {
  for (const [change, message] of [
    [{ minimum: 1 }, /^batch\.minimum: got 1; expected a whole number of 2 or more/],
    [{ window: 15 }, /^batch\.window: got 15; expected twice batch\.minimum or more/],
    [{ rows: 31 }, /^batch\.rows: got 31; expected batch\.window or more/],
  ] as const)
    assert.throws(() => planWindows(counts, { ...options, ...change }), message)
  assert.throws(() => planWindows([1, 2, 7], options), /^documents: got none of at least 8 sentences/)
})

test('the parts of a split depend on the id and the seed, and have their sizes', () => {
  const documents = Array.from({ length: 5000 }, (_, i) => ({ id: `document ${i}`, group: 'all' }))
  const parts = (seed: number) =>
    splitDocuments(documents, { split: { seed, validation: 0.1, test: 0.2 }, heldOut: [], reserved: [] })
  const split = parts(3)
  assert.equal(
    [...split.train, ...split.validation, ...split.test].sort((a, b) => a - b),
    documents.map((_, i) => i),
  )
  assert.ok(Math.abs(split.validation.length - 500) < 70 && Math.abs(split.test.length - 1000) < 100)
  for (const part of PARTS)
    for (const i of split[part])
      assert.is(partOf(documents[i]!.id, { seed: 3, validation: 0.1, test: 0.2 }), part)
  assert.not.equal(parts(4).test, split.test)
  assert.throws(() => partOf('a', { validation: 0.6, test: 0.5 }), /^split\.test: got 0\.5/)
})

test('groups are held out, reserved or alone used, whatever their ids', () => {
  const documents = Array.from({ length: 300 }, (_, i) => ({ id: `${i}`, group: 'abc'[i % 3]! }))
  const groupsOf = (indices: readonly number[]) =>
    [...new Set(indices.map((i) => documents[i]!.group))].sort().join('')
  const parts = (groups: Partial<GroupSplit>) =>
    splitDocuments(documents, { split: { test: 0 }, heldOut: [], reserved: [], ...groups })
  const some = parts({ heldOut: ['b'], reserved: ['c'] })
  assert.equal([groupsOf(some.train), groupsOf(some.validation), groupsOf(some.test)], ['a', 'a', 'b'])
  assert.is(some.train.length + some.validation.length, 100)
  assert.is(some.test.length, 100)
  assert.is(groupsOf(parts({ only: ['a'], heldOut: ['b'] }).train), 'a')
  assert.is(parts({ reserved: ['a', 'b', 'c'] }).train.length, 0)
})

test.run()
