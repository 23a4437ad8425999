// Index tensors with values out of range end a run with a message, before any memory is touched.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { opNamed } from '../../lib/graph/define.ts'
import { compile } from '../../lib/graph/program.ts'
import { integers, literal, normal, uniform } from '../../lib/graph/samples.ts'
import type { Op } from '../../lib/graph/value.ts'
import { createTensor, type DeviceTensor } from '../../lib/tensor/device_tensor.ts'
import { encodeNumbers } from '../../lib/tensor/dtype.ts'
import { sampleInputs, traceSample } from '../support/op_cases.ts'

type Inputs = Op['definition']['samples'][number]['inputs']

const indices = (...values: number[]) => literal(values, [values.length], 'i32')
const norm = { x: normal([2, 4]), weight: normal([3, 4]) }
const normGrad = { ...norm, upstream: normal([2, 4]) }
const step = { cache: normal([2, 3, 4]), x: normal([2, 4]) }

const cases: readonly (readonly [op: string, inputs: Inputs, message: string])[] = [
  ['rms_norm', { ...norm, expert: indices(0, 3) }, 'rms_norm: expert[1] is 3; expected 0 to 2'],
  ['layer_norm', { ...norm, expert: indices(-1, 0) }, 'layer_norm: expert[0] is -1; expected 0 to 2'],
  [
    'rms_norm_grad',
    { ...normGrad, expert: indices(0, 3), invRms: normal([2]) },
    'rms_norm_grad: expert[1] is 3; expected 0 to 2',
  ],
  [
    'layer_norm_grad',
    { ...normGrad, expert: indices(9, 0), mean: normal([2]), invStd: normal([2]) },
    'layer_norm_grad: expert[0] is 9; expected 0 to 2',
  ],
  [
    'cross_entropy',
    { logits: normal([3, 5]), targets: indices(0, -100, 5) },
    'cross_entropy: targets[2] is 5; expected 0 to 4 or -100',
  ],
  [
    'cross_entropy_grad',
    { logits: normal([2, 5]), targets: indices(0, -1), logSumExp: normal([2]), upstream: normal([2]) },
    'cross_entropy_grad: targets[1] is -1; expected 0 to 4 or -100',
  ],
  [
    'cache_append',
    { ...step, slot: indices(0, 2), position: indices(0, 0) },
    'cache_append: slot[1] is 2; expected 0 to 1',
  ],
  [
    'cache_append',
    { ...step, slot: indices(0, 1), position: indices(-1, 0) },
    'cache_append: position[0] is -1; expected 0 to 2',
  ],
  [
    'attention',
    {
      q: normal([1, 1, 4]),
      k: normal([3, 1, 4]),
      v: normal([3, 1, 4]),
      offsets: indices(0, 1),
      kvRange: literal([0, 2], [1, 2], 'i32'),
      keyIndex: indices(1, 3),
    },
    'attention: keyIndex[1] is 3; expected 0 to 2',
  ],
  [
    'quantized_embedding',
    { quants: integers([3, 32], 0, 9, 'i8'), scales: uniform([3, 1], 0, 1, 'f16'), ids: indices(0, 3) },
    'quantized_embedding: ids[1] is 3; expected 0 … 2',
  ],
]

for (const [name, inputs, message] of cases)
  test(message, () => {
    const sample = { name: 'bad', inputs }
    const values = sampleInputs(opNamed(name), sample)
    const program = compile(traceSample(opNamed(name), sample))
    const states: DeviceTensor[] = []
    const bindings = Object.fromEntries(
      program.encoded.slots.map((slot) => {
        const { data } = values[slot.name]!
        if (slot.kind === 'input') return [slot.name, encodeNumbers(data, slot.dtype)]
        states.push(createTensor(slot.dtype, slot.shape, data))
        return [slot.name, states.at(-1)!]
      }),
    )
    try {
      program.runSync(bindings)
      assert.unreachable('was accepted')
    } catch (error) {
      assert.ok((error as Error).message.includes(message), (error as Error).message)
    } finally {
      for (const state of states) state.dispose()
      program.dispose()
    }
  })

test.run()
