import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { buildOnce } from '../../lib/io/build_once.ts'
import { withFileLock } from '../../lib/io/lock.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'

function child(what: string, folder: string): ChildProcess {
  const script = fileURLToPath(new URL('lock_child.ts', import.meta.url))
  return spawn(process.execPath, ['--import', 'tsx', script, what, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function output(process: ChildProcess): Promise<string> {
  let text = ''
  process.stdout!.on('data', (chunk) => {
    text += chunk
  })
  const [code] = await once(process, 'close')
  assert.is(code, 0)
  return text
}

test('processes hold a lock one at a time', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'counter'), '0')
  await Promise.all([1, 2, 3].map(() => output(child('count', folder))))
  assert.is(readFileSync(join(folder, 'counter'), 'utf8'), '30')
  assert.equal(readdirSync(folder), ['counter'])
})

test('processes that build at the same time get one folder', async () => {
  const folder = temporaryFolder()
  const contents = await Promise.all([1, 2, 3].map(() => output(child('build', folder))))
  assert.is(new Set(contents).size, 1)
  assert.is(readFileSync(join(folder, 'log'), 'utf8'), 'built\n')
  assert.equal(readdirSync(folder).sort(), ['built', 'log'])
})

test('the lock and the leftovers of a killed process are cleared', async () => {
  const folder = temporaryFolder()
  const hanging = child('hang', folder)
  while (!existsSync(join(folder, 'log'))) await sleep(10)
  hanging.kill('SIGKILL')
  await once(hanging, 'close')
  assert.is(readdirSync(folder).length, 3) // log, lock, unfinished folder
  await buildOnce(join(folder, 'built'), async (temporary) =>
    writeFileSync(join(temporary, 'content'), 'mine'),
  )
  assert.is(readFileSync(join(folder, 'built/content'), 'utf8'), 'mine')
  assert.equal(readdirSync(folder).sort(), ['built', 'log'])
})

test('a finished folder is not built again, a failed build leaves nothing', async () => {
  const folder = temporaryFolder()
  const built = join(folder, 'deep', 'built')
  let calls = 0
  const build = async () => {
    if (++calls === 1) throw new Error('no luck')
  }
  try {
    await buildOnce(built, build)
    assert.unreachable()
  } catch (error) {
    assert.match((error as Error).message, /no luck/)
  }
  assert.equal(readdirSync(join(folder, 'deep')), [])
  assert.is(await buildOnce(built, build), built)
  await buildOnce(built, build)
  assert.is(calls, 2)
})

test('locks of other machines, and half-written ones, give way with age only', async () => {
  const lock = join(temporaryFolder(), 'lock')
  for (const content of [
    '',
    '{"pid"',
    JSON.stringify({ pid: process.pid, host: `not-${hostname()}`, id: 'x' }),
  ]) {
    writeFileSync(lock, content)
    const controller = new AbortController()
    const enough = new Error('enough')
    setTimeout(() => controller.abort(enough), 50)
    try {
      await withFileLock(lock, async () => {}, { signal: controller.signal })
      assert.unreachable('a fresh lock was taken over')
    } catch (error) {
      assert.is(error, enough)
    }
    assert.is(readFileSync(lock, 'utf8'), content)
    utimesSync(lock, new Date(0), new Date(0))
    await withFileLock(lock, async () => {})
  }
})

test('what is no lock file is in the way, and named', async () => {
  const folder = temporaryFolder()
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'))
  assert.is(spawnSync('mkfifo', [join(folder, 'fifo')]).status, 0)
  mkdirSync(join(folder, 'folder'))
  for (const name of ['dangling', 'fifo', 'folder'])
    await rejects(
      () => withFileLock(join(folder, name), async () => assert.unreachable()),
      'BAD_FILE',
      new RegExp(`${name}: it is no lock file, but in the place of one`),
    )
  writeFileSync(join(folder, 'large'), Buffer.alloc(5000))
  await rejects(
    () => withFileLock(join(folder, 'large'), async () => assert.unreachable()),
    'BAD_FILE',
    /large: 5000 bytes/,
  )
})

test('where the file system has no links, locks are made without', async () => {
  const { link } = fs
  fs.link = async () => {
    throw Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' })
  }
  syncBuiltinESMExports()
  try {
    const folder = temporaryFolder()
    const lock = join(folder, 'lock')
    let inside = 0
    const enter = () =>
      withFileLock(lock, async () => {
        assert.is(++inside, 1)
        assert.is(JSON.parse(readFileSync(lock, 'utf8')).pid, process.pid)
        await sleep(5)
        inside--
      })
    await Promise.all([enter(), enter(), enter()])
    assert.equal(readdirSync(folder), [])
  } finally {
    fs.link = link
    syncBuiltinESMExports()
  }
})

test('a held lock is refreshed, waiting can be aborted, errors release', async () => {
  const lock = join(temporaryFolder(), 'lock')
  const aborted = new Error('enough')
  await withFileLock(
    lock,
    async () => {
      try {
        const controller = new AbortController()
        setTimeout(() => controller.abort(aborted), 300)
        await withFileLock(lock, async () => assert.unreachable('held twice'), {
          staleAfter: 200,
          signal: controller.signal,
        })
        assert.unreachable('not aborted')
      } catch (error) {
        assert.is(error, aborted)
      }
    },
    { staleAfter: 200 },
  )
  try {
    await withFileLock(lock, async () => {
      throw aborted
    })
    assert.unreachable()
  } catch (error) {
    assert.is(error, aborted)
  }
  assert.not(existsSync(lock))
})

test.run()
