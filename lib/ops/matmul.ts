import { defineOp } from '../graph/define.ts'
import { normal, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { floats, fromBf16Bits, toBf16Bits } from '../tensor/dtype.ts'
import { transpose } from './permute.ts'

/** Storage in which both operands of a product are rounded before it; sums are f32 in any case. */
export const computes = ['f32', 'bf16'] as const
export type Compute = (typeof computes)[number]

/** The values that a product multiplies. */
export function operands(data: Float64Array, compute: Compute): Float64Array {
  return compute === 'bf16' ? data.map((v) => fromBf16Bits(toBf16Bits(v))) : data
}

/**
 * y[…, i, j] = Σ_p a[…, i, p] b[…, p, j]. a and b are stored as f32, bf16 or f16, y is f32. Any strides; batch axes are
 * the same in both (expand where one lacks them).
 */
export const matmul = defineOp('matmul', {
  inputs: {
    a: { dims: '... m k', dtypes: floats, layout: 'strided' },
    b: { dims: '... k n', dtypes: floats, layout: 'strided' },
  },
  attrs: { compute: attr.oneOf(computes, 'f32') },
  outputs: { y: { dims: '... m n' } },
  gradient: ({ inputs, attrs, upstream, needs }) => ({
    a: needs.a ? product(upstream.y!, transpose(inputs.b), attrs.compute) : null,
    b: needs.b ? product(transpose(inputs.a), upstream.y!, attrs.compute) : null,
  }),
  reference: ({ inputs, attrs, shapes }) => {
    const a = operands(inputs.a.data, attrs.compute)
    const b = operands(inputs.b.data, attrs.compute)
    const [m, k] = inputs.a.shape.slice(-2) as [number, number]
    const n = inputs.b.shape.at(-1)!
    const y = refTensor(shapes.y!)
    y.data.forEach((_, at) => {
      const batch = Math.floor(at / (m * n))
      const i = Math.floor(at / n) % m
      let sum = 0
      for (let q = 0; q < k; q++) sum += a[(batch * m + i) * k + q]! * b[(batch * k + q) * n + (at % n)]!
      y.data[at] = sum
    })
    return { y }
  },
  samples: [
    { name: 'square', inputs: { a: normal([33, 33]), b: normal([33, 33]) } },
    { name: 'odd sizes', inputs: { a: normal([17, 45]), b: normal([45, 71]) } },
    { name: 'row by matrix', inputs: { a: normal([1, 37]), b: normal([37, 50]) } },
    { name: 'matrix by column', inputs: { a: normal([19, 37]), b: normal([37, 1]) } },
    { name: 'outer product', inputs: { a: normal([29, 1]), b: normal([1, 35]) } },
    { name: 'two blocks of the sum', inputs: { a: normal([3, 300]), b: normal([300, 5]) } },
    { name: 'batches', inputs: { a: normal([2, 3, 5, 7]), b: normal([2, 3, 7, 18]) } },
    { name: 'nothing to sum', inputs: { a: normal([3, 0]), b: normal([0, 4]) } },
    { name: 'no rows', inputs: { a: normal([0, 3]), b: normal([3, 4]) } },
    {
      name: 'bf16',
      inputs: { a: normal([15, 40]), b: normal([40, 33]) },
      attrs: { compute: 'bf16' },
      smooth: false,
    },
    {
      name: 'bf16 by bf16',
      inputs: { a: normal([16, 70], 1, 'bf16'), b: normal([70, 37], 1, 'bf16') },
      attrs: { compute: 'bf16' },
      smooth: false,
    },
    { name: 'f16 by bf16', inputs: { a: normal([2, 9, 20], 1, 'f16'), b: normal([2, 20, 18], 1, 'bf16') } },
    { name: 'one row of f16', inputs: { a: normal([1, 50], 1, 'f16'), b: normal([50, 40], 1, 'f16') } },
  ],
  rejects: [
    {
      name: 'inner sizes',
      inputs: { a: normal([2, 3]), b: normal([4, 2]) },
      message: 'k is 4 here but 3 in a',
    },
    {
      name: 'batch sizes',
      inputs: { a: normal([2, 2, 3]), b: normal([3, 3, 2]) },
      message: 'leading axes differ',
    },
    { name: 'a vector', inputs: { a: normal([3]), b: normal([3, 2]) }, message: 'expected 2 or more axes' },
    {
      name: 'integers',
      inputs: { a: normal([2, 3], 1, 'i32'), b: normal([3, 2]) },
      message: 'matmul.a: got i32',
    },
  ],
})

function product(a: Value, b: Value, compute: Compute): Value {
  return matmul({ a, b }, { compute })
}
