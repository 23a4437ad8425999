// What is no file of the size that it should have is refused at once: nothing hangs, nothing fills the memory.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { sha256File } from '../../lib/io/hash.ts'
import { readFully, readSmallFile, withFile } from '../../lib/io/read.ts'
import { readSafetensorsHeader, readTensorBytes } from '../../lib/io/safetensors/file.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'

const folder = temporaryFolder()
const file = join(folder, 'file')
const fifo = join(folder, 'fifo')
const sparse = join(folder, 'sparse')
writeFileSync(file, 'what it says')
assert.is(spawnSync('mkfifo', [fifo]).status, 0)
writeFileSync(sparse, '')
truncateSync(sparse, 2 ** 40)
symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'))
mkdirSync(join(folder, 'folder'))

const readers = {
  readSmallFile: (path: string) => readSmallFile(path, 1000),
  sha256File: (path: string) => sha256File(path, 1000),
  readSafetensorsHeader,
  readTensorBytes: (path: string) => readTensorBytes(path, [{ begin: 0, end: 2 ** 39 }]),
}

for (const [name, read] of Object.entries(readers))
  test(`${name} refuses pipes, devices, folders and sparse files, and misses what is not there`, async () => {
    await rejects(() => read(fifo), 'BAD_FILE', /fifo: cannot read: it is no regular file/)
    await rejects(() => read('/dev/zero'), 'BAD_FILE', /\/dev\/zero: cannot read: it is no regular file/)
    await rejects(() => read(join(folder, 'folder')), 'BAD_FILE', /folder: cannot read/)
    await rejects(() => read(sparse), 'BAD_FILE', /sparse: /)
    for (const missing of ['none', 'dangling'])
      await rejects(() => read(join(folder, missing)), 'NOT_FOUND', /cannot read/)
  })

test('a small file is read as a whole, up to its limit', async () => {
  assert.is(String(await readSmallFile(file, 12)), 'what it says')
  await rejects(() => readSmallFile(file, 11), 'BAD_FILE', /file: 12 bytes; at most 11 are read/)
  await rejects(() => sha256File(file, 11), 'BAD_FILE', /file: 12 bytes; at most 11 are read/)
  writeFileSync(join(folder, 'empty'), '')
  assert.is((await readSmallFile(join(folder, 'empty'), 0)).length, 0)
})

test('hashes are those of the content, at every size around a piece', async () => {
  const path = join(folder, 'hashed')
  for (const size of [0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 2 ** 21]) {
    const content = Buffer.alloc(size, 7)
    writeFileSync(path, content)
    assert.is(await sha256File(path), createHash('sha256').update(content).digest('hex'))
  }
})

test('what is appended meanwhile is not read, and what is cut off is missed', async () => {
  const path = join(folder, 'changing')
  writeFileSync(path, '0123456789')
  const readAll = (change: () => void) =>
    withFile(path, 1000, async (open, size) => {
      change()
      const bytes = Buffer.alloc(size)
      await readFully(open, bytes, 0, path)
      return String(bytes)
    })
  assert.is(await readAll(() => appendFileSync(path, 'more')), '0123456789')
  await rejects(
    () => readAll(() => truncateSync(path, 4)),
    'BAD_FILE',
    /changing: it ends at byte 4, while it is read/,
  )
})

test.run()
