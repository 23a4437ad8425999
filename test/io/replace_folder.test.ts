import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { replaceFolder } from '../../lib/io/replace_folder.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'

const root = temporaryFolder()
const folder = join(root, 'made')
const write = (name: string) => async (temporary: string) => writeFileSync(join(temporary, name), name)

test('a folder is made, and replaced as a whole', async () => {
  await replaceFolder(folder, write('a'))
  assert.equal(readdirSync(folder), ['a'])
  await replaceFolder(folder, async (temporary) => {
    assert.equal(readdirSync(folder), ['a'], 'the old folder is there until the new one is complete')
    await write('b')(temporary)
  })
  assert.equal(readdirSync(folder), ['b'])
  assert.equal(readdirSync(root), ['made'])
})

test('a failure leaves what was there', async () => {
  const fill = async (temporary: string) => {
    await write('c')(temporary)
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  }
  await rejects(() => replaceFolder(folder, fill), 'BAD_FILE', /made: cannot write: no space left on device/)
  assert.equal(readFileSync(join(folder, 'b'), 'utf8'), 'b')
  assert.equal(readdirSync(root), ['made'])
  await rejects(() => replaceFolder(join(root, 'none', 'x'), write('a')), 'NOT_FOUND', /cannot write/)
  mkdirSync(join(root, 'parent'))
  await rejects(() => replaceFolder(join(root, 'parent', 'x'), fill), 'BAD_FILE', /no space/)
  assert.equal(readdirSync(join(root, 'parent')), [])
})

test.run()
