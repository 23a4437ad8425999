// Training in processes that are killed at any moment, and on a disk that has no room.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { listCheckpoints, loadCheckpoint } from '../../lib/train/core/checkpoints.ts'
import { readMetrics } from '../../lib/train/core/metrics.ts'
import { stateShapes } from '../../lib/train/core/optimiser.ts'
import { LOCK_FILE } from '../../lib/train/core/run.ts'
import { temporaryFolder } from '../support/folder.ts'
import { tinyTask } from './tiny_task.ts'

const folder = temporaryFolder()
const child = fileURLToPath(new URL('train_child.ts', import.meta.url))
const documents = Array.from({ length: 30 }, (_, i) => ({
  id: `${i}`,
  sentences: Array.from({ length: 900 }, (_, n) => `${i} ${n}`),
}))
writeFileSync(join(folder, 'documents.jsonl'), documents.map((d) => JSON.stringify(d)).join('\n'))

const flags = (...args: string[]) => [...process.execArgv, child, ...args]

/** Kills the child after a while; gives false when it had ended by itself before. */
async function killed(args: readonly string[], milliseconds: number): Promise<boolean> {
  const running = spawn(process.execPath, flags(...args), { stdio: ['ignore', 'ignore', 'inherit'] })
  const over = new Promise<NodeJS.Signals | null>((resolve) =>
    running.on('exit', (code, signal) => {
      assert.ok(signal === 'SIGKILL' || code === 0, `exit code ${code}`)
      resolve(signal)
    }),
  )
  const timer = sleep(milliseconds).then(() => running.kill('SIGKILL'))
  const signal = await over
  await timer
  return signal === 'SIGKILL'
}

test('a run that is killed again and again gives what an undisturbed one gives', async () => {
  const { status, stderr } = spawnSync(process.execPath, flags('predictor', folder, 'calm'), {
    encoding: 'utf8',
  })
  assert.is(status, 0, stderr)
  let kills = 0
  // Sooner than it starts at first, later and later then: encoding, training, saving are all met.
  while (await killed(['predictor', folder, 'killed'], 400 + 45 * kills)) kills++
  assert.ok(kills >= 3, `${kills} kills`)
  const [calm, disturbed] = ['calm', 'killed'].map((name) => join(folder, name)) as [string, string]
  const bundle = (run: string) => readFileSync(join(run, 'predictor', 'model.safetensors'))
  assert.ok(bundle(calm).equals(bundle(disturbed)))
  const timeless = async (run: string) =>
    (await readMetrics(join(run, 'metrics.jsonl'))).map((line) => ({ ...line, perSecond: 0 }))
  assert.equal(await timeless(disturbed), await timeless(calm))
  assert.equal(readdirSync(disturbed).sort(), readdirSync(calm).sort(), 'nothing is left behind')
  assert.equal(readdirSync(join(folder, 'cache-killed', 'documents')).length, 1)
})

test('a second process is refused while the first one trains', async () => {
  const args = ['predictor', folder, 'busy']
  const first = spawn(process.execPath, flags(...args), { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = once(first, 'exit')
  while (!existsSync(join(folder, 'busy', LOCK_FILE))) await sleep(10)
  const second = spawnSync(process.execPath, flags(...args), { encoding: 'utf8' })
  assert.is(second.status, 1)
  assert.match(second.stderr, `${join(folder, 'busy')}: in use by process ${first.pid} on ${hostname()}`)
  assert.equal(await ended, [0, null])
  assert.not(existsSync(join(folder, 'busy', LOCK_FILE)))
  const bundle = (run: string) => readFileSync(join(folder, run, 'predictor', 'model.safetensors'))
  assert.ok(bundle('busy').equals(bundle('calm')))
})

test('a disk that is full in the middle of a checkpoint leaves the one before', async () => {
  const shapes = stateShapes(tinyTask({ width: 4000 }))
  const run = join(folder, 'wide')
  const limited = ['-c', 'ulimit -f 20; exec "$@"', 'sh', process.execPath, ...flags('wide', folder, 'wide')]
  const train = (command: string, args: readonly string[]) => spawnSync(command, args, { encoding: 'utf8' })
  assert.is(train(process.execPath, flags('wide', folder, 'wide')).status, 0)
  const whole = await loadCheckpoint(run, 10, shapes)
  // As after a run that was killed in step 10.
  rmSync(join(run, 'checkpoint-00000010'), { recursive: true })
  const before = readFileSync(join(run, 'checkpoint-00000009', 'state.safetensors'))
  const { status, stderr } = train('sh', limited)
  assert.is(status, 1)
  assert.match(stderr, /wide\/checkpoint-00000010: cannot write: EFBIG/)
  assert.equal(await listCheckpoints(run), [9])
  assert.equal(
    readdirSync(run).filter((name) => name.includes('tmp')),
    [],
  )
  assert.ok(readFileSync(join(run, 'checkpoint-00000009', 'state.safetensors')).equals(before))
  assert.is(train(process.execPath, flags('wide', folder, 'wide')).status, 0)
  assert.equal(await loadCheckpoint(run, 10, shapes), whole)
})

test.run()
