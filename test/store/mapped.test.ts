import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../lib/core/vectors.ts'
import { openStore } from '../../lib/store/open_store.ts'
import type { ConceptStore } from '../../lib/store/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'
import { storeContract } from './contract/contract.ts'

const root = temporaryFolder()
let stores = 0
const newPath = () => join(root, `${stores++}.store`)

storeContract({
  name: 'mapped',
  hasFullText: false,
  make: async () => {
    const path = newPath()
    return { store: await openStore(path), again: () => openStore(path, { create: false }) }
  },
})

const SPACE = 'small-2'
const at = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle))

/** A store of some concepts, each written by itself, at angles of a thousandth more each. */
async function someStore(count: number): Promise<string> {
  const path = newPath()
  await using store = await openStore(path)
  await store.addSpace(SPACE, 2)
  for (let i = 0; i < count; i++)
    await store.upsert([{ id: `c${i}`, text: `text ${i}`, vectors: { [SPACE]: at(i / 1000) } }])
  return path
}

const nearest = async (store: ConceptStore, angle: number, k = 1) =>
  (await store.nearest(vectorsFrom(at(angle), 2, SPACE), k))[0]!.map(({ id }) => id)

test('only a folder that is empty or a store is opened', async () => {
  await rejects(() => openStore(newPath(), { create: false }), 'NOT_FOUND', /no store of concepts/)
  const other = newPath()
  mkdirSync(other)
  await rejects(() => openStore(other, { create: false }), 'NOT_FOUND', /no store of concepts/)
  assert.equal(readdirSync(other), [])
  writeFileSync(join(other, 'notes.txt'), '')
  await rejects(() => openStore(other), 'BAD_FILE', /no store of concepts, and not empty/)
  assert.equal(readdirSync(other), ['notes.txt'])
  await rejects(() => openStore(join(other, 'notes.txt')), 'BAD_FILE', /notes\.txt/)
  await rejects(() => openStore('redis://host/1'), 'UNSUPPORTED', /no store of kind 'redis'/)
  await rejects(() => openStore(''), 'BAD_ARGUMENT', /^place: /)
  await rejects(() => openStore([]), 'BAD_ARGUMENT', /^place: /)
  await rejects(() => openStore(newPath(), { crate: true } as object), 'BAD_ARGUMENT', /did you mean create/)
})

test('a store of a later format is refused, and a manifest that is none', async () => {
  const path = await someStore(1)
  for (const [content, code, message] of [
    ['{"format":2,"generation":0}', 'UNSUPPORTED', /format 2; this version reads format 1/],
    ['{"format":1,"generation":-1}', 'BAD_FILE', /generation/],
    ['[]', 'BAD_FILE', /store\.json/],
    ['{', 'BAD_FILE', /not JSON/],
    ['{"format":1,"generation":7}', 'NOT_FOUND', /log-7/],
  ] as const) {
    writeFileSync(join(path, 'store.json'), content)
    await rejects(() => openStore(path), code, message)
  }
})

test('what a killed process has left at the end of the log is cut off, however much of a frame it is', async () => {
  const path = await someStore(3)
  const log = readFileSync(join(path, 'log-0'))
  const before = await someStore(2)
  const first = statSync(join(before, 'log-0')).size
  for (const left of [1, 39, 40, 41, log.length - first - 1]) {
    writeFileSync(join(path, 'log-0'), log.subarray(0, first + left))
    await using store = await openStore(path)
    assert.is(await store.count(), 2)
    assert.equal(
      (await store.get(['c0', 'c1', 'c2'])).map((concept) => concept?.text),
      ['text 0', 'text 1', undefined],
    )
    await store.upsert([{ id: 'c2', text: 'again', vectors: { [SPACE]: at(1) } }])
    await using other = await openStore(path)
    assert.is((await other.get(['c2']))[0]!.text, 'again')
    assert.equal(await nearest(other, 1), ['c2'])
  }
  appendFileSync(join(path, 'log-0'), Buffer.alloc(5000, 0xff))
  await using store = await openStore(path)
  assert.is(await store.count(), 3)
})

test('a log that is damaged in the middle is told, and nothing is cut off', async () => {
  const path = await someStore(4)
  const log = readFileSync(join(path, 'log-0'))
  const first = statSync(join(await someStore(2), 'log-0')).size
  const damaged = newPath()
  mkdirSync(damaged)
  for (const name of readdirSync(path)) copyFileSync(join(path, name), join(damaged, name))
  for (const where of [first, first + 4, first + 10, first + 30, first + 50]) {
    const bytes = Buffer.from(log)
    bytes[where]! ^= 0x10
    writeFileSync(join(damaged, 'log-0'), bytes)
    await rejects(() => openStore(damaged), 'BAD_FILE', /log-0: a damaged log of a store/)
    assert.is(statSync(join(damaged, 'log-0')).size, log.length)
  }
})

test('a record or vectors that are damaged are told when they are read', async () => {
  const path = await someStore(2)
  const log = readFileSync(join(path, 'log-0'))
  const bytes = Buffer.from(log)
  bytes[bytes.indexOf('"text 0"')] = 0x20
  writeFileSync(join(path, 'log-0'), bytes)
  await using store = await openStore(path)
  await rejects(() => store.get(['c0']), 'BAD_FILE', /log-0/)
  assert.is((await store.get(['c1']))[0]!.text, 'text 1')
  truncateSync(join(path, 'vectors-0-small-2.f32'), 8)
  await rejects(() => nearest(store, 0), 'BAD_FILE', /vectors-0-small-2\.f32/)
})

test('searches over many small writes, replacements and filters find what a fresh store finds', async () => {
  const path = await someStore(40)
  await using store = await openStore(path)
  const expected = (angle: number) =>
    Array.from({ length: 40 }, (_, i) => i)
      .sort((a, b) => Math.abs(a / 1000 - angle) - Math.abs(b / 1000 - angle))
      .map((i) => `c${i}`)
  assert.equal(await nearest(store, 0.0203, 5), expected(0.0203).slice(0, 5))
  for (let i = 10; i < 50; i++) {
    await store.upsert([{ id: `far ${i}`, text: '', type: 'far', vectors: { [SPACE]: at(i / 10) } }])
    assert.equal(await nearest(store, 0.0203, 3), expected(0.0203).slice(0, 3))
    assert.equal(await nearest(store, i / 10), [`far ${i}`])
  }
  await store.upsert([{ id: 'c20', text: '', vectors: { [SPACE]: at(3.1) } }])
  assert.not((await nearest(store, 0.0203, 10)).includes('c20'))
  assert.ok((await nearest(store, 3.1, 2)).includes('c20'))
})

test('files are written anew where most of them counts for nothing, and readers go on', async () => {
  const path = newPath()
  await using store = await openStore(path)
  await store.addSpace('wide', 4096)
  await using reader = await openStore(path)
  const vector = (i: number) => new Float32Array(4096).fill(i + 1)
  const write = (i: number) =>
    store.upsert(
      Array.from({ length: 100 }, (_, n) => ({ id: `c${n}`, text: `${i}`, vectors: { wide: vector(n) } })),
    )
  await write(0)
  const scan = reader.scan({ spaces: ['wide'], batch: 50 })[Symbol.asyncIterator]()
  const first = (await scan.next()).value as { text: string }[]
  for (let i = 1; existsSync(join(path, 'log-0')); i++) {
    assert.ok(i < 100, 'never written anew')
    await write(i)
    assert.is((await reader.get(['c7']))[0]!.text, `${i}`)
  }
  const size = statSync(join(path, 'vectors-1-wide.f32')).size
  assert.is(size, 100 * 4096 * 4)
  assert.equal(await reader.vectors('wide', ['c99', 'c0']), [vector(99), vector(0)])
  const second = (await scan.next()).value as { text: string; id: string; vectors: { wide: Float32Array } }[]
  assert.ok(
    [...first, ...second].every(({ text }) => text === '0'),
    'the scan tells what was there when it began',
  )
  assert.ok(second.every(({ id, vectors }) => vectors.wide[5] === Number(id.slice(1)) + 1))
  assert.ok((await scan.next()).done)
})

test('a store that is deleted is told', async () => {
  const path = await someStore(1)
  await using store = await openStore(path)
  rmSync(path, { recursive: true })
  await rejects(() => store.count(), 'NOT_FOUND', /the store is gone/)
})

test.run()
