// A store as Parquet files and back by the command line: vmm store export, import and maintain.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Interrupted } from '../../../lib/cli/context.ts'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { vmm } from '../world.ts'

const root = temporaryFolder()
const place = join(root, 'own.store')
const COUNT = 2500
{
  await using store = await openStore(place)
  await store.addSpace('plane-2', 2)
  await store.addSpace('line-1', 1)
  const vectors = (i: number) => ({ 'plane-2': Float32Array.of(i, 1), 'line-1': Float32Array.of(i) })
  await store.upsert(
    Array.from({ length: COUNT }, (_, i) => ({ id: `c${i}`, text: `text ${i}`, vectors: vectors(i) })),
  )
  await store.link([{ source: 'c1', type: 'before', target: 'c2', weight: 0.5, domainSpecific: null }])
}

test('a store is written as Parquet, and read into another one', async () => {
  const [folder, other] = [join(root, 'all'), join(root, 'other.store')]
  const written = await vmm(['store', 'export', place, folder])
  assert.equal([written.code, written.stdout], [0, '2500 concepts, 1 relation, 1 file\n'])
  const again = await vmm(['store', 'export', place, folder, '--space', 'line-1', '--json'])
  assert.equal(JSON.parse(again.stdout), { concepts: COUNT, relations: 1, files: 1 })
  assert.equal(readdirSync(folder), ['concepts-00000.parquet', 'concepts.json'])
  for (let i = 0; i < 2; i++) {
    const read = await vmm(['store', 'import', folder, other])
    assert.equal([read.code, read.stdout], [0, '2500 concepts, 1 relation\n'])
  }
  const one = await vmm(['store', 'import', join(folder, 'concepts-00000.parquet'), other, '--json'])
  assert.equal(JSON.parse(one.stdout), { concepts: COUNT, relations: 1 })
  await using store = await openStore(other)
  assert.equal([...store.spaces], [['line-1', 1]])
  assert.equal(await store.vectors('line-1', ['c7']), [Float32Array.of(7)])
  assert.is((await store.neighbours(['c1']))[0]!.target, 'c2')
  assert.is(await store.count(), COUNT)
})

test('a store is maintained', async () => {
  const { code, stdout } = await vmm(['store', 'maintain', place])
  assert.equal([code, stdout], [0, '2500 concepts in the store\n'])
  await using store = await openStore(place)
  assert.is((await store.nearest(vectorsFrom(Float32Array.of(-1), 1, 'line-1'), 1))[0]![0]!.id, 'c0')
})

test('an interrupted export leaves no folder', async () => {
  const abort = new AbortController()
  abort.abort(new Interrupted(130))
  const folder = join(root, 'interrupted')
  const { code } = await vmm(['store', 'export', place, folder], { signal: abort.signal })
  assert.is(code, 130)
  assert.not(existsSync(folder))
})

test('what is no store, no folder or no space is told, and changes nothing', async () => {
  const failed = async (args: readonly string[], exit: number, message: RegExp) => {
    const { code, stdout, stderr } = await vmm(['store', ...args])
    assert.equal([code, stdout], [exit, ''], stderr)
    assert.match(stderr, message)
  }
  const none = join(root, 'none')
  await failed(['export', none, join(root, 'x')], 1, /none: there is no store/)
  await failed(['maintain', none], 1, /none: there is no store/)
  await failed(['import', none, join(root, 'new.store')], 1, /none: there is no such folder or file/)
  assert.not(existsSync(join(root, 'new.store')))
  const other = join(root, 'holiday')
  mkdirSync(other)
  writeFileSync(join(other, 'photo.jpg'), '')
  await failed(['export', place, other], 1, /holds other things/)
  assert.equal(readdirSync(other), ['photo.jpg'])
  await failed(['export', place, join(root, 'y'), '--space', 'other'], 1, /other/)
  await failed(['export', place], 2, /name a store and a folder/)
  await failed(['import', none], 2, /name a folder and a store/)
  await failed(['maintain'], 2, /name a store/)
  await failed(['maintain', 'a', 'b'], 2, /name a store/)
  await failed(['export', place, 'x', '--spaces', 'a'], 2, /did you mean --space/)
})

test.run()
