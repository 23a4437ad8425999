// Snapshots as Python's huggingface_hub leaves them, whole and in parts.
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { snapshotFolder } from '../../lib/hub/cache.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'
import { CONTENTS, NEEDED, REPOSITORY } from './tiny_repository.ts'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'
const base = temporaryFolder()
let number = 0

/** A cache with one snapshot. */
function cacheWith(contents: Readonly<Record<string, Uint8Array | string>>) {
  const cacheDir = join(base, `${number++}`)
  const own = join(cacheDir, 'models--tiny-org--tiny_model.v1')
  const folder = join(own, 'snapshots', COMMIT)
  const write = (path: string, bytes: Uint8Array | string) => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
  }
  for (const [path, bytes] of Object.entries(contents)) write(join(folder, path), bytes)
  write(join(own, 'refs', 'main'), COMMIT)
  write(join(own, 'refs', 'refs/pr/1'), COMMIT)
  return {
    cacheDir,
    own,
    folder,
    write,
    find: (revision?: string) => snapshotFolder(REPOSITORY, revision, cacheDir),
  }
}

test('a snapshot is found by branch, reference and commit', async () => {
  for (const contents of [CONTENTS, NEEDED]) {
    const { folder, find } = cacheWith(contents)
    for (const revision of [undefined, 'main', 'refs/pr/1', COMMIT])
      assert.equal(await find(revision), { folder, commit: COMMIT })
    for (const revision of ['v1', 'f'.repeat(40), COMMIT.slice(0, 8)]) assert.is(await find(revision), null)
  }
})

test('without one of its files it is not whole', async () => {
  for (const missing of Object.keys(NEEDED)) {
    const { folder, find } = cacheWith(NEEDED)
    rmSync(join(folder, missing))
    // One tokenizer file is enough, and modules.json tells the modules.
    const isFine = ['tokenizer.json', 'vocab.txt', 'modules.json'].includes(missing)
    assert.is((await find()) !== null, isFine, missing)
    symlinkSync('../../blobs/none', join(folder, missing))
    assert.is((await find()) !== null, isFine, `${missing} as a link to nothing`)
  }
})

test('where Python has written down what there is, nothing of it may be missing', async () => {
  const { own, folder, write, find } = cacheWith(NEEDED)
  const files = Object.fromEntries(Object.keys(CONTENTS).map((path) => [path, { size: 1, blob_id: 'x' }]))
  const tree = join(own, 'trees', `${COMMIT}.json`)
  write(tree, JSON.stringify({ format_version: 1, files }))
  assert.ok(await find())
  rmSync(join(folder, 'vocab.txt'))
  assert.is(await find(), null)
  for (const text of ['', '{', '[]', '{"files": 5}', 'null']) {
    write(tree, text)
    assert.ok(await find(), text)
  }
})

test('odd caches have no snapshot, or are told of', async () => {
  assert.is(await snapshotFolder(REPOSITORY, 'main', join(base, 'none')), null)
  for (const ref of ['', 'main', '../../x', COMMIT.toUpperCase(), `${COMMIT}0`]) {
    const { own, write, find } = cacheWith(NEEDED)
    write(join(own, 'refs', 'main'), ref)
    assert.is(await find(), null)
  }
  const { own, write, find } = cacheWith(NEEDED)
  write(join(own, 'refs', 'main'), `${COMMIT}\n`)
  assert.ok(await find())
  write(join(own, 'refs', 'main'), 'x'.repeat(1000))
  await rejects(find, 'BAD_FILE', /refs\/main: 1000 bytes; at most 100/)
  rmSync(join(own, 'snapshots'), { recursive: true })
  writeFileSync(join(own, 'snapshots'), '')
  assert.is(await find(COMMIT), null)
  for (const wrong of ['../x', 'x', 'a/../b'])
    await rejects(() => snapshotFolder(wrong), 'BAD_ARGUMENT', /repository/)
  await rejects(() => find('../main'), 'BAD_ARGUMENT', /revision/)
  assert.not.ok(existsSync(join(own, '.locks')))
})

test.run()
