import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { mock } from 'node:test'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryName } from '../../../lib/io/files.ts'
import { bagOfWords, standIn } from '../../support/bag_of_words.ts'
import { temporaryFolder, withTemporaryFilesIn } from '../../support/folder.ts'
import { vmm } from '../world.ts'

const stdin = ['one\ntwo\n']

/** Runs something while a disk is full for one of the ways to write to a file. */
async function whileFull(way: 'appendFile' | 'write', run: () => Promise<void>): Promise<void> {
  const file = await open(process.execPath)
  await file.close()
  const full = () => Promise.reject(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }))
  const mocked = mock.method(Object.getPrototypeOf(file), way, full)
  try {
    await run()
  } finally {
    mocked.mock.restore()
  }
}

test('a header that cannot be written again names the file, which does not appear', () =>
  whileFull('write', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'x.npy')
    const { code, stderr } = await vmm(['encode', '-o', path], { stdin })
    assert.equal([code, stderr], [1, `vmm: ${path}: cannot write: ENOSPC: no space left\n`])
    assert.equal(readdirSync(folder), [])
  }))

test('a header that cannot be written leaves no file', () =>
  whileFull('appendFile', async () => {
    const folder = temporaryFolder()
    await withTemporaryFilesIn(folder, async () => {
      for (const [name, ...output] of [[join(folder, 'x.npy'), '-o', join(folder, 'x.npy')], [folder]]) {
        const { code, stderr } = await vmm(['encode', '-F', 'npy', ...output], { stdin })
        assert.is(code, 1)
        assert.ok(
          stderr.startsWith(`vmm: ${name}`) && stderr.endsWith(': cannot write: ENOSPC: no space left\n'),
        )
        assert.equal(readdirSync(folder), [])
      }
    })
  }))

test('what killed runs have left beside an output is removed, and nothing else', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'x.npy')
  const own = temporaryName(path)
  const left = own.replace(`-${process.pid}-`, '-99999999-') // no process has this number
  for (const name of [own, left, temporaryName(join(folder, 'y.npy'))]) writeFileSync(name, '')
  assert.is((await vmm(['encode', '-o', path], { stdin })).code, 0)
  assert.equal([existsSync(left), existsSync(own), readdirSync(folder).length], [false, true, 3])
})

test('what is kept for a pipe and cannot be read again names its file', async () => {
  const folder = join(temporaryFolder(), 'temporary')
  mkdirSync(folder)
  await withTemporaryFilesIn(folder, async () => {
    const engine = standIn(bagOfWords(() => rmSync(folder, { recursive: true, force: true })))
    const { code, stderr } = await vmm(['encode', '-F', 'npy'], { stdin, engine })
    assert.is(code, 1)
    assert.match(stderr, /^vmm: .*temporary.\.vmm\..*\.tmp: cannot read: ENOENT/)
  })
})

test.run()
