// Whatever operation is the last one before a kill or a full disk, all checkpoints that are listed are whole.
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  addEvaluation,
  type Checkpoint,
  healCheckpoints,
  listCheckpoints,
  loadCheckpoint,
  pruneCheckpoints,
  saveCheckpoint,
} from '../../../lib/train/core/checkpoints.ts'
import { interruptAtEach } from '../../support/file_operations.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { litterOf, treeOf } from '../../support/tree.ts'

const root = temporaryFolder()
const [before, folder] = [join(root, 'before'), join(root, 'run')]
const shapes = { w: [2] }
const checkpoint = (step: number, mark: number): Checkpoint => ({
  step,
  settings: { seed: 1 },
  state: { w: Float32Array.of(step, mark) },
})
for (const step of [1, 2, 3]) await saveCheckpoint(before, checkpoint(step, 0), shapes)

/** Interrupts a call over checkpoints of steps 1 to 3 at each operation. Gives the marks of what was listed then, by step. */
async function listedAfter(run: () => Promise<unknown>): Promise<Record<number, number>[]> {
  const listed: Record<number, number>[] = []
  for (const how of ['kill', 'fill'] as const)
    await interruptAtEach({
      how,
      prepare: () => {
        rmSync(folder, { recursive: true, force: true })
        cpSync(before, folder, { recursive: true })
      },
      run,
      check: async (ending, n) => {
        const where = `${how} at operation ${n}`
        if (ending !== 'killed') assert.equal(litterOf(treeOf(folder)), [], where)
        await healCheckpoints(folder)
        const marks: Record<number, number> = {}
        for (const step of await listCheckpoints(folder)) {
          const { state, evaluation } = await loadCheckpoint(folder, step, shapes)
          marks[step] = state.w![1]! + (evaluation?.score ?? 0)
        }
        listed.push(marks)
        await pruneCheckpoints(folder, 3)
        // Of what is not evaluated, the next evaluation clears up.
        for (const step of await listCheckpoints(folder)) await addEvaluation(folder, step, { score: 0 })
        assert.equal(litterOf(treeOf(folder)), [], where)
      },
    })
  return listed
}

const kinds = (listed: readonly object[]) => [...new Set(listed.map((marks) => JSON.stringify(marks)))].sort()

test('a checkpoint is there as a whole or not at all', async () => {
  const listed = await listedAfter(() => saveCheckpoint(folder, checkpoint(4, 7), shapes))
  assert.equal(kinds(listed), ['{"1":0,"2":0,"3":0,"4":7}', '{"1":0,"2":0,"3":0}'])
})

test('a checkpoint that is replaced is the old one or the new one', async () => {
  const listed = await listedAfter(() => saveCheckpoint(folder, checkpoint(3, 7), shapes))
  assert.equal(kinds(listed), ['{"1":0,"2":0,"3":0}', '{"1":0,"2":0,"3":7}'])
})

test('a checkpoint has its evaluation or has not', async () => {
  const listed = await listedAfter(() => addEvaluation(folder, 3, { score: 7 }))
  assert.equal(kinds(listed), ['{"1":0,"2":0,"3":0}', '{"1":0,"2":0,"3":7}'])
})

test('checkpoints that are removed are whole or gone', async () => {
  const listed = await listedAfter(() => pruneCheckpoints(folder, 1))
  assert.equal(kinds(listed), ['{"1":0,"2":0,"3":0}', '{"1":0,"3":0}', '{"3":0}'])
})

test.run()
