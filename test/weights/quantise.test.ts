// Weights in panels of quants: through the kernel they are the rows that were quantised, to the last bit of each block.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compile } from '../../lib/graph/program.ts'
import { trace } from '../../lib/graph/trace.ts'
import { quantizedLinear } from '../../lib/ops/index.ts'
import { deviceInfo } from '../../lib/runtime/device.ts'
import { createTensor, readBytes } from '../../lib/tensor/device_tensor.ts'
import { decodeNumbers, encodeNumbers, fromF16Bits } from '../../lib/tensor/dtype.ts'
import { quantizeQ4, quantizeQ8 } from '../../lib/tensor/quantize.ts'
import { QUANTISED, quantisedTable, quantisedWeight } from '../../lib/weights/quantise.ts'
import { seeded } from '../support/values.ts'

const [out, inputs] = [70, 96]
const random = seeded('quantised weight')
const values = Float32Array.from({ length: out * inputs }, () => random() * 2 - 1)

/** Row i times 127 is exact in eight bits, so that its product with a weight is the weight that is kept. */
const unit = Float32Array.from({ length: inputs * inputs }, (_, at) =>
  Math.floor(at / inputs) === at % inputs ? 127 : 0,
)

const kept = {
  q8_0: () => {
    const { quants, scales } = quantizeQ8(values)
    return (at: number) => quants[at]! * fromF16Bits(scales[Math.floor(at / 32)]!)
  },
  q4_0: () => {
    const { quants, scales } = quantizeQ4(values)
    return (at: number) => {
      const byte = quants[Math.floor(at / 32) * 16 + (at % 16)]!
      return ((at % 32 < 16 ? byte & 15 : byte >> 4) - 8) * fromF16Bits(scales[Math.floor(at / 32)]!)
    }
  },
}

for (const storage of QUANTISED)
  test(`${storage}: every weight of every output is where the kernel looks for it`, async () => {
    const weight = createTensor('f32', [out, inputs], values)
    const { quants, scales } = await quantisedWeight(weight, storage)
    const spec = (
      kind: 'weight' | 'input',
      { dtype, shape }: { dtype: typeof quants.dtype; shape: readonly number[] },
    ) => ({
      kind,
      dtype,
      shape,
    })
    const program = compile(
      trace(
        {
          x: spec('input', { dtype: 'f32', shape: [inputs, inputs] }),
          quants: spec('weight', quants),
          scales: spec('weight', scales),
        },
        ({ x, quants, scales }) => ({
          outputs: { y: quantizedLinear({ x: x!, quants: quants!, scales: scales! }, { out }) },
        }),
      ),
    )
    const { y } = program.runSync({ x: unit, quants, scales }, { scalars: {} })
    const products = new Float32Array(y!.buffer)
    const weightOf = kept[storage]()
    for (let j = 0; j < out; j++)
      for (let i = 0; i < inputs; i++)
        assert.is(products[i * out + j], Math.fround(127 * weightOf(j * inputs + i)), `${j}, ${i}`)
    program.dispose()
    for (const tensor of [weight, quants, scales]) tensor.dispose()
  })

test('a table is quantised row after row, as a whole, from any type', async () => {
  const rows = 3000 // more than are quantised at once
  const numbers = Float32Array.from({ length: rows * inputs }, () => random() * 2 - 1)
  for (const dtype of ['f32', 'bf16', 'f16'] as const) {
    const stored = encodeNumbers(numbers, dtype)
    const expected = quantizeQ8(new Float32Array(decodeNumbers(stored.buffer as ArrayBuffer, dtype)))
    const table = createTensor(dtype, [rows, inputs], numbers)
    const { quants, scales } = await quantisedTable(table)
    assert.equal([quants.dtype, quants.shape], ['i8', [rows, inputs]])
    assert.equal([scales.dtype, scales.shape], ['f16', [rows, inputs / 32]])
    assert.ok(Buffer.from(readBytes(quants)).equals(Buffer.from(expected.quants.buffer)))
    assert.ok(Buffer.from(readBytes(scales)).equals(Buffer.from(expected.scales.buffer)))
    for (const tensor of [table, quants, scales]) tensor.dispose()
  }
})

test('a signal ends the quantising of a table, and nothing is left of it', async () => {
  const table = createTensor('f32', [out, inputs], values)
  const before = deviceInfo().liveBytes.state
  const reason = new Error('enough')
  await quantisedTable(table, AbortSignal.abort(reason)).then(
    () => assert.unreachable(),
    (error) => assert.is(error, reason),
  )
  assert.is(deviceInfo().liveBytes.state, before)
  table.dispose()
})

test('a signal ends it', async () => {
  const weight = createTensor('f32', [out, inputs], values)
  try {
    await quantisedWeight(weight, 'q8_0', AbortSignal.abort())
    assert.unreachable()
  } catch (error) {
    assert.is((error as Error).name, 'AbortError')
  }
  weight.dispose()
})

test.run()
