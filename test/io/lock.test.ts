import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
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
import { lockFile, withFileLock } from '../../lib/io/lock.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'
import { testUnless } from '../support/skip.ts'

const root = temporaryFolder()
let folders = 0
function newFolder(): string {
  const folder = join(root, `${folders++}`)
  mkdirSync(folder)
  return folder
}

const flags = [...process.execArgv, fileURLToPath(new URL('lock_child.ts', import.meta.url))]

function child(what: string, folder: string): ChildProcess {
  return spawn(process.execPath, [...flags, what, folder], {
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
  const folder = newFolder()
  writeFileSync(join(folder, 'counter'), '0')
  await Promise.all([1, 2, 3].map(() => output(child('count', folder))))
  assert.is(readFileSync(join(folder, 'counter'), 'utf8'), '30')
  assert.equal(readdirSync(folder), ['counter'])
})

test('processes that build at the same time get one folder', async () => {
  const folder = newFolder()
  const contents = await Promise.all([1, 2, 3].map(() => output(child('build', folder))))
  assert.is(new Set(contents).size, 1)
  assert.is(readFileSync(join(folder, 'log'), 'utf8'), 'built\n')
  assert.equal(readdirSync(folder).sort(), ['built', 'log'])
})

test('the lock and the leftovers of a killed process are cleared', async () => {
  const folder = newFolder()
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
  const folder = newFolder()
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
  const lock = join(newFolder(), 'lock')
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

test('an empty or half-written lock holds nobody up for long, whoever waits and however clocks go', async () => {
  const lock = join(newFolder(), 'lock')
  const sooner = new Date(Date.now() - 3000)
  const later = new Date(Date.now() + 3_600_000)
  for (const [content, time] of [
    ['', sooner],
    ['{"pid": 12, "ho', sooner],
    ['', later],
  ] as const)
    for (const wait of [true, false]) {
      writeFileSync(lock, content)
      utimesSync(lock, time, time)
      await withFileLock(lock, async () => assert.match(readFileSync(lock, 'utf8'), /^\{"pid":\d+,/), {
        wait,
      })
    }
})

test('a lock that cannot be written leaves nothing behind', () => {
  const folder = newFolder()
  const limited = ['-c', 'ulimit -f 0; exec "$@"', 'sh', process.execPath, ...flags, 'full', folder]
  const { stdout, stderr } = spawnSync('sh', limited, { encoding: 'utf8' })
  assert.match(stdout, /lock: cannot write: EFBIG/, stderr)
  assert.equal(readdirSync(folder), [])
})

test('a folder, a link or a pipe at the path of a lock is told', async () => {
  const folder = newFolder()
  const lock = join(folder, 'lock')
  const told = async (what: string) => {
    const message = new RegExp(`lock: ${what}, where a lock file should be$`)
    for (const wait of [true, false])
      await rejects(() => withFileLock(lock, async () => {}, { wait }), 'BAD_FILE', message)
  }
  symlinkSync(join(folder, 'nowhere'), lock)
  await told('a symbolic link')
  unlinkSync(lock)
  assert.is(spawnSync('mkfifo', [lock]).status, 0)
  await told('no file')
  unlinkSync(lock)
  mkdirSync(lock)
  await told('a folder')
})

test('without waiting, a lock that is held is refused with the name of its holder', async () => {
  const folder = newFolder()
  const lock = join(folder, 'lock')
  const refused = (pid: number | undefined, host = hostname()) =>
    rejects(
      () => withFileLock(lock, async () => assert.unreachable('held twice'), { wait: false }),
      'IN_USE',
      new RegExp(`^${folder}: in use by process ${pid} on ${host}, as its lock says; delete that file`),
    )
  await withFileLock(lock, () => refused(process.pid), { wait: false })
  assert.equal(readdirSync(folder), [])

  writeFileSync(lock, JSON.stringify({ pid: 7, host: 'elsewhere', id: 'x' }))
  await refused(7, 'elsewhere')
  unlinkSync(lock)

  const holding = child('hold', folder)
  await once(holding.stdout!, 'data')
  await refused(holding.pid)
  holding.kill('SIGKILL')
  await once(holding, 'close')
  await withFileLock(lock, async () => {}, { wait: false })
})

const proc = existsSync('/proc/self/stat') ? null : 'no /proc to tell when a process began, which Linux has'
testUnless(proc, 'a process number that is used again holds no lock', async () => {
  const lock = join(newFolder(), 'lock')
  writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname(), start: '1', id: 'x' }))
  await withFileLock(lock, async () => {}, { wait: false })
})

test('a holder finds out that its lock was taken over', async () => {
  const path = join(newFolder(), 'lock')
  const lock = await lockFile(path)
  await lock.check()
  unlinkSync(path)
  await lock.check()
  assert.ok(existsSync(path), 'one that was deleted is made again')
  utimesSync(path, new Date(0), new Date(0))
  await withFileLock(path, () => rejects(() => lock.check(), 'IN_USE', /in use by process \d+ on/))
  await lock.check()
  utimesSync(path, new Date(0), new Date(0))
  const other = await lockFile(path)
  await lock[Symbol.asyncDispose]()
  await other.check()
  await other[Symbol.asyncDispose]()
  assert.not(existsSync(path))
})

test('a file that is too long for a lock is named', async () => {
  const lock = join(newFolder(), 'large')
  writeFileSync(lock, Buffer.alloc(5000))
  await rejects(() => withFileLock(lock, async () => assert.unreachable()), 'BAD_FILE', /large: 5000 bytes/)
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
  const lock = join(newFolder(), 'lock')
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
