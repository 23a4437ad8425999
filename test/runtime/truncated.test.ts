// A file that loses bytes while it is mapped gives typed errors, and the process lives on.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryFolder } from '../support/folder.ts'

test('runs and reads of a truncated file fail with BAD_FILE that names it, and change nothing', () => {
  const child = fileURLToPath(new URL('truncated_child.ts', import.meta.url))
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, child, temporaryFolder()],
    { encoding: 'utf8' },
  )
  assert.equal([status, signal, stderr], [0, null, ''])
  assert.equal(JSON.parse(stdout), {
    async: 'BAD_FILE',
    sync: 'BAD_FILE',
    read: 'BAD_FILE',
    copied: 'BAD_FILE',
    state: 1,
    during: 'BAD_FILE',
    stateOfDuring: 0,
    worker: 'BAD_FILE',
    beside: 'BAD_FILE',
    whole: 'ok',
    stateOfWhole: 500,
  })
})

test.run()
