// A pull that is killed, or that finds the disk full, at any of its file operations: the next one makes the same tree.
import { promises, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { mock } from 'node:test'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { snapshotFolder } from '../../lib/hub/cache.ts'
import { pullModel } from '../../lib/hub/pull.ts'
import { PATIENCE } from '../../lib/hub/request.ts'
import { type Interruption, interruptAtEach } from '../support/file_operations.ts'
import { temporaryFolder } from '../support/folder.ts'
import { localHub } from '../support/hub.ts'
import { withoutWriting } from '../support/read_only.ts'
import { litterOf, treeOf } from '../support/tree.ts'
import { fails } from './errors_of.ts'
import { NEEDED, REPOSITORY, someBytes } from './tiny_repository.ts'

const SMALL = {
  'config.json': '{}',
  'tokenizer.json': NEEDED['tokenizer.json'],
  'model.safetensors': someBytes(5000, 'few'),
}

async function world() {
  const hub = await localHub(REPOSITORY, SMALL)
  const base = temporaryFolder()
  const cacheDir = join(base, 'cache')
  const options = { cacheDir, endpoint: hub.endpoint, token: null, offline: false }
  // What is killed here goes on waiting, and the process ends only when that does.
  const pull = () => pullModel(REPOSITORY, options, { ...PATIENCE, tries: 1, silence: 3000 })
  const whole = () => treeOf(join(cacheDir, 'models--tiny-org--tiny_model.v1'))
  return { hub, base, cacheDir, pull, whole, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() }
}

for (const how of ['kill', 'fill'] as Interruption[])
  test(`${how === 'kill' ? 'killed' : 'the disk full'} at any operation`, async () => {
    await using w = await world()
    await w.pull()
    const whole = w.whole()
    const count = await interruptAtEach({
      how,
      every: how === 'kill' ? 2 : 1,
      prepare: () => rmSync(w.cacheDir, { recursive: true, force: true }),
      run: w.pull,
      check: async (ending) => {
        const there = await snapshotFolder(REPOSITORY, 'main', w.cacheDir)
        if (ending === 'done') assert.ok(there)
        else if (there !== null) assert.equal(w.whole(), whole) // all but the lock was done
        await w.pull()
        assert.equal(w.whole(), whole)
        if (how === 'fill') assert.equal(litterOf(treeOf(w.cacheDir)), [])
      },
    })
    assert.ok(count > 20, `${count} operations`)
  })

test('a full disk is told, with what is kept', async () => {
  await using w = await world()
  const some = await promises.open(process.execPath)
  const methods = Object.getPrototypeOf(some) as { write: (...args: unknown[]) => Promise<unknown> }
  await some.close()
  let writes = 0
  const original = methods.write
  const full = mock.method(methods, 'write', function (this: unknown, ...args: unknown[]) {
    if (++writes <= 2) return original.apply(this, args)
    return Promise.reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }))
  })
  try {
    await fails(w.pull, 'disk', /no space left on the disk; 20 of 5020 bytes are kept in /)
  } finally {
    full.mock.restore()
  }
  assert.is((await w.pull()).fetched, 5000)
})

test('where there are no links, the snapshot has copies', async () => {
  await using w = await world()
  const none = mock.method(promises, 'symlink', () =>
    Promise.reject(Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' })),
  )
  syncBuiltinESMExports()
  try {
    const { folder } = await w.pull()
    assert.not.ok((await promises.lstat(join(folder, 'config.json'))).isSymbolicLink())
    assert.ok(await snapshotFolder(REPOSITORY, 'main', w.cacheDir))
    assert.is((await w.pull()).fetched, 0)
  } finally {
    none.mock.restore()
    syncBuiltinESMExports()
  }
})

test('a cache that can only be read serves, where all is there', async () => {
  await using w = await world()
  await w.pull()
  await withoutWriting(w.base, async () => {
    assert.is((await w.pull()).fetched, 0)
  })
})

test.run()
