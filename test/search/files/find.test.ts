import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { findFiles } from '../../../lib/search/files/find.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const root = temporaryFolder()
for (const path of [
  'notes/a.md',
  'notes/b.txt',
  'notes/c.bin',
  'notes/sub/d.md',
  'notes/sub/deep/e.MD',
  'notes/[x].md',
  'notes/.hidden/f.md',
  'notes/node_modules/p/g.md',
  'other/h.md',
]) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), 'x')
}
symlinkSync(join(root, 'other/h.md'), join(root, 'notes/link.md'))
symlinkSync(join(root, 'notes'), join(root, 'notes/sub/circle'))
symlinkSync(join(root, 'nowhere'), join(root, 'notes/broken.md'))

const found = async (...patterns: string[]) =>
  (await findFiles(patterns, root)).files.map((path) => relative(root, path))

test('patterns, folders and files', async () => {
  assert.equal(await found('notes/*.md'), ['notes/[x].md', 'notes/a.md', 'notes/link.md'])
  assert.equal(await found('notes/**/*.md'), [
    'notes/[x].md',
    'notes/a.md',
    'notes/link.md',
    'notes/sub/d.md',
  ])
  assert.equal(await found('*/sub/*.{md,txt}'), ['notes/sub/d.md'])
  assert.equal(await found('notes/c.bin', './notes/a.md', 'notes/a.*'), ['notes/a.md', 'notes/c.bin'])
  const all = ['[x].md', 'a.md', 'b.txt', 'link.md', 'sub/d.md', 'sub/deep/e.MD'].map(
    (name) => `notes/${name}`,
  )
  assert.equal(await found('notes'), all)
  assert.equal(await found(join(root, 'notes/')), all)
})

test('a name with the signs of a pattern is a name where there is such a file', async () => {
  assert.equal(await found('notes/[x].md'), ['notes/[x].md'])
  assert.equal(await found('notes/[ab].*'), ['notes/a.md', 'notes/b.txt'])
})

test('hidden folders and node_modules are entered where they are named', async () => {
  assert.equal(await found('notes/.hidden/*.md'), ['notes/.hidden/f.md'])
  assert.equal(await found('notes/node_modules/**/*.md'), ['notes/node_modules/p/g.md'])
})

test('what patterns stand for can be asked of files that are gone', async () => {
  const { covers } = await findFiles(['notes/**/*.md', 'other/h.md'], root)
  const stands = (path: string) => covers(join(root, path))
  assert.equal(['notes/gone.md', 'notes/x/y/gone.md', 'other/h.md'].map(stands), [true, true, true])
  assert.equal(['notes/b.txt', 'other/gone.md', 'notesx/a.md', 'a.md'].map(stands), [
    false,
    false,
    false,
    false,
  ])
})

test('files that are not there are told; folders that are not there are refused', async () => {
  assert.equal((await findFiles(['notes/gone.md'], root)).missing, [join(root, 'notes/gone.md')])
  await rejects(() => found('gone/**/*.md'), 'NOT_FOUND', /gone: cannot read/)
  await rejects(() => found(''), 'BAD_ARGUMENT', /patterns\[0\]: got "";/)
})

test('folders are told, to be watched', async () => {
  const { folders } = await findFiles(['notes/**/*.md', 'other/h.md'], root)
  const names = folders.map((path) => relative(root, path)).sort()
  assert.equal(names, ['notes', 'notes/sub', 'notes/sub/deep', 'other'])
})

if (process.getuid?.() !== 0)
  test('a folder that cannot be read is told', async () => {
    const path = join(root, 'notes/locked')
    mkdirSync(path)
    chmodSync(path, 0)
    const { failures } = await findFiles(['notes'], root)
    chmodSync(path, 0o755)
    assert.equal(
      failures.map((failure) => [failure.path, failure.error.code]),
      [[path, 'BAD_FILE']],
    )
  })

test.run()
