// Rows of a table as it is, and of one that a loader has quantised.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compile } from '../../lib/graph/program.ts'
import { type BindingSpec, trace } from '../../lib/graph/trace.ts'
import { tableRows } from '../../lib/layers/embedding.ts'
import { weightsOf } from '../../lib/layers/weights.ts'
import { encodeNumbers, fromF16Bits, type TypedArray } from '../../lib/tensor/dtype.ts'
import { quantizeQ8 } from '../../lib/tensor/quantize.ts'
import { seeded } from '../support/values.ts'

const [vocab, d] = [50, 96]
const next = seeded('table')
const table = Float32Array.from({ length: vocab * d }, () => next() * 4 - 2)
const ids = [49, 0, 7, 7]
const { quants, scales } = quantizeQ8(table)
const input = (dtype: BindingSpec['dtype'], shape: number[]): BindingSpec => ({ kind: 'input', dtype, shape })

function rows(bindings: Record<string, BindingSpec>, values: Record<string, TypedArray>): Float32Array {
  const all = { ...bindings, ids: input('i32', [ids.length]) }
  const program = compile(
    trace(all, (given) => ({
      outputs: { y: tableRows(weightsOf(given), 'words.weight', given.ids!) },
    })),
  )
  try {
    return new Float32Array(program.runSync({ ...values, ids: Int32Array.from(ids) }, {}).y!.buffer)
  } finally {
    program.dispose()
  }
}

const quantised = {
  'words.quants': input('i8', [vocab, d]),
  'words.scales': input('f16', [vocab, d / 32]),
}

test('a table of floats gives its rows', () => {
  for (const dtype of ['f32', 'bf16', 'f16'] as const) {
    const y = rows(
      { 'words.weight': input(dtype, [vocab, d]) },
      { 'words.weight': encodeNumbers(table, dtype) },
    )
    const most = dtype === 'f32' ? 0 : 2 / 256
    ids.forEach((id, r) => {
      for (let i = 0; i < d; i++) assert.ok(Math.abs(y[r * d + i]! - table[id * d + i]!) <= most)
    })
  }
})

test('a quantised table gives quants times scales, within half a step of what it was', () => {
  const y = rows(quantised, { 'words.quants': quants, 'words.scales': scales })
  ids.forEach((id, r) => {
    for (let i = 0; i < d; i++) {
      const at = id * d + i
      const scale = fromF16Bits(scales[Math.floor(at / 32)]!)
      assert.is(y[r * d + i], quants[at]! * scale)
      assert.ok(Math.abs(y[r * d + i]! - table[at]!) <= 0.51 * scale)
    }
  })
})

test('a quantised table without scales is named', () => {
  const { 'words.quants': alone } = quantised
  assert.throws(
    () => rows({ 'words.quants': alone }, { 'words.quants': quants }),
    /weights: no tensor words.scales/,
  )
})

test.run()
