// Batches that the model itself has a part in.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readTensor } from '../../../lib/tensor/device_tensor.ts'
import type { TrainTask } from '../../../lib/train/core/task.ts'
import { createTrainer } from '../../../lib/train/core/trainer.ts'
import { tinySettings, tinyTask } from '../tiny_task.ts'

const bias = 'down.bias'
const settings = { ...tinySettings, steps: 3, accumulate: 2 }

test('a batch is completed in its turn with the parameters as they are, and again where its step failed', async () => {
  const plain = tinyTask()
  const asked: { readonly number: number; readonly bias: number }[] = []
  let broken = false
  const complete: TrainTask['complete'] = async (batch, number, parameters) => {
    const own = readTensor(parameters[bias]!)[0]!
    asked.push({ number, bias: own })
    if (broken) throw new Error('cancelled')
    const x = (batch.inputs.x as Float32Array).map((value) => value + own)
    return { ...batch, inputs: { ...batch.inputs, x }, count: 1 }
  }
  using trainer = createTrainer({ ...plain, complete }, settings)
  using other = createTrainer(plain, settings)
  const before: number[] = []
  for (let step = 0; step < 3; step++) {
    before.push(trainer.state()[bias]![0]!)
    if (step === 1) {
      broken = true
      await trainer.next().then(
        () => assert.unreachable(),
        (error: Error) => assert.is(error.message, 'cancelled'),
      )
      broken = false
    }
    assert.is((await trainer.next()).count, 2)
    await other.next()
  }
  assert.equal(
    asked.map(({ number }) => number),
    [0, 1, 2, 2, 3, 4, 5],
  )
  for (const { number, bias: seen } of asked) assert.is(seen, before[Math.floor(number / 2)])
  assert.is(new Set(before).size, 3)
  assert.not.equal(trainer.state(), other.state())
})

test.run()
