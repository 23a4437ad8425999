// A part of interrupted.deep.ts: whatever operation is the last one, the next run ends with the same.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryFolder } from '../support/folder.ts'
import { interruptTraining, trainRegression } from './interrupted.ts'

test('training that is killed at an operation goes on to the same bundle and leaves nothing behind', async () => {
  const operations = await interruptTraining(trainRegression, temporaryFolder(), 'kill', 47)
  assert.ok(operations > 200, `${operations} operations`)
})

test('training on a disk that is full at an operation goes on to the same bundle and leaves nothing behind', async () => {
  const operations = await interruptTraining(trainRegression, temporaryFolder(), 'fill', 29)
  assert.ok(operations > 100, `${operations} operations`)
})

test.run()
