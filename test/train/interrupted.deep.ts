// Every file operation of a training is the last one before a kill, and the one for which there is no room.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryFolder } from '../support/folder.ts'
import {
  goesOn,
  interruptTraining,
  leftByCalm,
  prepareTraining,
  trainRegression,
  trainTinyPredictor,
} from './interrupted.ts'

const child = fileURLToPath(new URL('interrupted_child.ts', import.meta.url))

for (const [name, train] of Object.entries({ regression: trainRegression, predictor: trainTinyPredictor }))
  for (const how of ['kill', 'fill'] as const)
    test(`${how} at each operation of training, to the same bundle and without litter: ${name}`, async () => {
      const operations = await interruptTraining(train, temporaryFolder(), how)
      assert.ok(operations > 150, `${operations} operations`)
    })

test('a process that is killed at each operation of training, to the same bundle and without litter', async () => {
  const root = temporaryFolder()
  const expected = await leftByCalm(trainTinyPredictor, join(root, 'calm'))
  const folder = join(root, 'killed')
  for (let n = 1; ; n++) {
    prepareTraining(folder)
    const { signal, status, stderr } = spawnSync(
      process.execPath,
      [...process.execArgv, child, folder, `${n}`],
      { encoding: 'utf8' },
    )
    assert.ok(signal === 'SIGKILL' || status === 0, stderr)
    const ending = signal === null ? 'done' : 'killed'
    await goesOn(trainTinyPredictor, folder, expected, `kill at operation ${n}`, ending)
    if (ending === 'done') return
  }
})

test.run()
