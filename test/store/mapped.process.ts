// Mapped stores in processes that are killed at any moment, that write at the same time, and whose disk is full.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openStore } from '../../lib/store/open_store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { childFlags, storeProcesses } from './processes.ts'

const root = temporaryFolder()

storeProcesses({
  kills: 15,
  place: (name) => join(root, `${name}.store`),
  left: (folder) => {
    const [log, manifest, vectors, ...rest] = readdirSync(folder).sort()
    assert.match(log!, /^log-\d+$/)
    assert.is(manifest, 'store.json')
    assert.match(vectors!, /^vectors-\d+-kept-4\.f32$/)
    assert.equal(rest, [], 'nothing is left behind')
  },
})

for (const what of ['texts', 'vectors'])
  test(`a disk that ${what} have filled is told, and the store opens`, async () => {
    const folder = join(root, `${what}.store`)
    const limited = [
      '-c',
      'ulimit -f 400; exec "$@"',
      'sh',
      process.execPath,
      ...childFlags,
      'fill',
      folder,
      what,
    ]
    const { stdout, stderr, status } = spawnSync('sh', limited, { encoding: 'utf8' })
    assert.is(status, 0, stderr)
    const lines = stdout.trim().split('\n')
    const acknowledged = lines.filter((line) => /^\d+$/.test(line)).length - 1
    assert.ok(acknowledged > 1, stdout)
    const name = what === 'texts' ? 'log-0' : 'vectors-0-wide\\.f32'
    assert.match(lines.at(-2)!, new RegExp(`^BAD_FILE ${folder}/${name}: cannot write: EFBIG`))
    assert.is(Number(lines.at(-1)), 2 * acknowledged, 'the process that failed goes on reading')
    await using store = await openStore(folder)
    assert.is(await store.count(), 2 * acknowledged)
    const ids = Array.from({ length: acknowledged + 1 }, (_, i) => [`first ${i}`, `second ${i}`]).flat()
    assert.equal(
      (await store.get(ids)).map((concept) => concept?.id),
      [...ids.slice(0, -2), undefined, undefined],
    )
    await store.upsert([{ id: 'more', text: '' }])
    assert.is(await store.count(), 2 * acknowledged + 1)
  })

test.run()
