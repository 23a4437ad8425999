// Where the umask lets everyone write, what is made here is still written by its owner alone.
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { buildOnce } from '../../lib/io/build_once.ts'
import { atomicWrite } from '../../lib/io/files.ts'
import { withFileLock } from '../../lib/io/lock.ts'
import { replaceFolder } from '../../lib/io/replace_folder.ts'
import { temporaryFolder } from '../support/folder.ts'

const root = temporaryFolder()
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

/** Modes of all that is below a folder, by path. */
function modesBelow(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries.map(({ name, parentPath }) => relative(folder, join(parentPath, name))).sort()
  return Object.fromEntries(paths.map((path) => [path, modeOf(join(folder, path))]))
}

/** A builder that takes no care of modes. */
async function fill(folder: string): Promise<void> {
  assert.is(modeOf(folder), '700', 'nobody looks into what is unfinished')
  await writeFile(join(folder, 'file'), '')
  await mkdir(join(folder, 'inner'))
  await writeFile(join(folder, 'inner', 'program'), '')
  chmodSync(join(folder, 'inner', 'program'), 0o777)
}

async function make(name: string): Promise<Record<string, string>> {
  const folder = join(root, name)
  mkdirSync(folder, { mode: 0o700 })
  await buildOnce(join(folder, 'cache', 'built'), fill)
  await replaceFolder(join(folder, 'replaced'), fill)
  await atomicWrite(join(folder, 'written'), ['x'])
  await withFileLock(join(folder, 'locks', 'lock'), async () =>
    assert.ok(['644', '600'].includes(modeOf(join(folder, 'locks', 'lock')))),
  )
  return modesBelow(folder)
}

/** Calls under another umask. */
async function under<T>(umask: number, run: () => Promise<T>): Promise<T> {
  const before = process.umask(umask)
  try {
    return await run()
  } finally {
    process.umask(before)
  }
}

const modes = (folder: string, file: string, program: string) => ({
  cache: folder,
  'cache/built': folder,
  'cache/built/file': file,
  'cache/built/inner': folder,
  'cache/built/inner/program': program,
  locks: folder,
  replaced: folder,
  'replaced/file': file,
  'replaced/inner': folder,
  'replaced/inner/program': program,
  written: file,
})

test('no umask: others may read', async () => {
  assert.equal(await under(0, () => make('open')), modes('755', '644', '755'))
})

test('a umask that takes more away is respected', async () => {
  assert.equal(await under(0o077, () => make('private')), modes('700', '600', '755'))
})

test.run()
