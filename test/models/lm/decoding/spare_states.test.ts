// Memory that decodings leave to others: what is left in it changes nothing.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type SpareStates, spareStates } from '../../../../lib/models/lm/decoding/spare_states.ts'
import { planOf } from '../../../../lib/models/lm/generation/options.ts'
import { readModel } from '../../../../lib/models/vec2text/model.ts'
import { writeFor } from '../../../../lib/models/vec2text/network.ts'
import { createTensor, readTensor } from '../../../../lib/tensor/device_tensor.ts'
import { count } from '../../../../lib/tensor/shape.ts'
import { cacheDir, folderOf, goldenOf } from '../../vec2text/support.ts'

test('a tensor of the same type and shape is given again, another one is new', () => {
  using spare = spareStates(1000)
  const first = spare.take('f32', [2, 3])
  spare.leave(first)
  assert.is.not(spare.take('f32', [3, 2]), first)
  assert.is.not(spare.take('bf16', [2, 3]), first)
  assert.is(spare.take('f32', [2, 3]), first)
  assert.is.not(spare.take('f32', [2, 3]), first)
})

test('what is beyond the limit is disposed at once, the rest at the end', () => {
  const spare = spareStates(40)
  const [first, second] = [spare.take('f32', [6]), spare.take('f32', [6])]
  spare.leave(first)
  spare.leave(second)
  assert.throws(() => readTensor(second), /disposed/)
  readTensor(first)
  spare[Symbol.dispose]()
  assert.throws(() => readTensor(first), /disposed/)
})

test('texts are the same whatever earlier ones have left', async () => {
  const use = { cacheDir, signal: undefined, compute: 'f32', storage: undefined } as const
  using network = await (await readModel(folderOf('gtr', 'hypothesizer'), use)).load()
  const readings = goldenOf('gtr').targets.map((target) => ({
    target: Float32Array.from(target),
    written: null,
  }))
  const plan = { ...planOf({ beams: 3, maxTokens: 12 }), cacheBytes: 2 ** 32 }
  let taken = 0
  const left: SpareStates = {
    take: (dtype, shape) => {
      taken++
      return createTensor(dtype, shape, new Float32Array(count(shape)).fill(Number.NaN))
    },
    leave: (tensor) => tensor.dispose(),
    [Symbol.dispose]: () => {},
  }
  const expected = await writeFor(network, readings, plan)
  assert.equal(await writeFor(network, readings, plan, { spare: left }), expected)
  assert.ok(taken > 0)
})

test.run()
