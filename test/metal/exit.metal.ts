// A process and a worker thread that end while the device computes, on the compiled output.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import '../support/metal.ts'

const child = fileURLToPath(new URL('exit_child.mjs', import.meta.url))

const end = (how: string) => {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [child, how], { encoding: 'utf8' })
  return { status, signal, stdout, stderr }
}

test('a process may exit in the middle of a run', () => {
  assert.equal(end('exit'), { status: 7, signal: null, stdout: '', stderr: '' })
})

test('workers may be terminated in the middle of a run, and the device starts again', () => {
  const { stdout, ...rest } = end('terminate')
  assert.equal(rest, { status: 0, signal: null, stderr: '' })
  assert.equal(JSON.parse(stdout), { right: true, ran: true, takenOver: 0 })
})

test.run()
