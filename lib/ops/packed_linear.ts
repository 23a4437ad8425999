import { badArgument } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { normal, refTensor } from '../graph/samples.ts'
import { attr, type RefTensor } from '../graph/spec.ts'
import { floats } from '../tensor/dtype.ts'
import { formatShape } from '../tensor/shape.ts'
import { activated, epilogues } from './linear.ts'
import { computes, operands } from './matmul.ts'
import { packedShape, panelOutputs } from './pack_weight.ts'

/** y · times + plus, each where it is given. */
export function mixed(y: RefTensor, times: RefTensor | null, plus: RefTensor | null): RefTensor {
  return refTensor(
    y.shape,
    y.data.map((v, i) => v * (times?.data[i] ?? 1) + (plus?.data[i] ?? 0)),
  )
}

/**
 * `linear` with a weight that pack_weight has put in order: the same numbers to the last bit, and nothing is packed
 * at run time. x: [rows, in], weight: [panels, depth, lanes] for `out` outputs, bias: [out]; y: [rows, out].
 * compute 'bf16' takes bf16 weights. Where they are given, y is multiplied by `times` and then `plus` is added, [rows, out]
 * each: see fuse.
 */
export const packedLinear = defineOp('packed_linear', {
  inputs: {
    x: { dims: 'rows in', layout: 'rows' },
    weight: { dims: 'panels depth lanes', dtypes: floats },
    bias: { dims: 'out', dtypes: floats, optional: true },
    times: { dims: 'rows out', optional: true },
    plus: { dims: 'rows out', optional: true },
  },
  attrs: {
    out: attr.int(),
    epilogue: attr.oneOf(epilogues, 'none'),
    compute: attr.oneOf(computes, 'f32'),
  },
  outputs: { y: { dims: 'rows out' } },
  shape: ({ inputs: { x, weight, bias }, attrs: { out, compute } }) => {
    const expected = packedShape(out, x.shape[1]!, weight.dtype === 'bf16')
    if (out < 1 || expected.some((n, axis) => n !== weight.shape[axis]))
      throw badArgument(
        'packed_linear.weight',
        formatShape(weight.shape),
        `${formatShape(expected)}: ${out} outputs of ${x.shape[1]} inputs, packed`,
      )
    if (compute === 'bf16' && weight.dtype !== 'bf16')
      throw badArgument('packed_linear.weight', weight.dtype, "bf16, for compute 'bf16'")
    if (bias && bias.shape[0] !== out)
      throw badArgument('packed_linear.bias', formatShape(bias.shape), `[${out}]`)
    return { y: [x.shape[0]!, out] }
  },
  reference: ({ inputs: { x, weight, bias, times, plus }, attrs: { out, epilogue, compute } }) => {
    const [rows, inputs] = x.shape as [number, number]
    const [, depth, lanes] = weight.shape as [number, number, number]
    const side = lanes / panelOutputs
    const a = operands(x.data, compute)
    const y = refTensor([rows, out])
    for (let r = 0; r < rows; r++)
      for (let j = 0; j < out; j++) {
        let sum = bias ? bias.data[j]! : 0
        for (let i = 0; i < inputs; i++) {
          const row = Math.floor(j / panelOutputs) * depth + Math.floor(i / side)
          sum += a[r * inputs + i]! * weight.data[row * lanes + (j % panelOutputs) * side + (i % side)]!
        }
        y.data[r * out + j] = sum
      }
    return { y: mixed(activated(y, epilogue), times, plus) }
  },
  samples: [
    {
      name: 'plain',
      inputs: { x: normal([7, 33]), weight: normal([2, 33, 32], 0.2) },
      attrs: { out: 45 },
    },
    {
      name: 'one row, bias',
      inputs: { x: normal([1, 50]), weight: normal([2, 50, 32], 0.2), bias: normal([64]) },
      attrs: { out: 64, epilogue: 'gelu' },
    },
    {
      name: 'two panels of rows',
      inputs: { x: normal([40, 17]), weight: normal([3, 17, 32], 0.2), bias: normal([70]) },
      attrs: { out: 70, epilogue: 'relu' },
    },
    {
      name: 'two blocks of the sum',
      inputs: { x: normal([3, 601]), weight: normal([1, 601, 32], 0.1) },
      attrs: { out: 5 },
    },
    ...[1, 4, 21].flatMap((rows) =>
      computes.map((compute) => ({
        name: `bf16, ${rows} rows, ${compute} products`,
        inputs: {
          x: normal([rows, 35]),
          weight: normal([2, 18, 64], 0.2, 'bf16'),
          bias: normal([41], 1, 'bf16'),
        },
        attrs: { out: 41, compute },
        smooth: false as const,
      })),
    ),
    ...[2, 19].map((rows) => ({
      name: `f16, ${rows} rows`,
      inputs: { x: normal([rows, 20]), weight: normal([1, 20, 32], 0.2, 'f16') },
      attrs: { out: 18 },
    })),
    ...[2, 19].map((rows) => ({
      name: `${rows} rows, times and plus`,
      inputs: {
        x: normal([rows, 20]),
        weight: normal([2, 20, 32], 0.2),
        times: normal([rows, 45]),
        plus: normal([rows, 45]),
      },
      attrs: { out: 45, epilogue: 'silu' as const },
    })),
    {
      name: 'bias and plus',
      inputs: { x: normal([3, 9]), weight: normal([1, 9, 32]), bias: normal([7]), plus: normal([3, 7]) },
      attrs: { out: 7 },
    },
    {
      name: 'bf16 products, two blocks of the sum',
      inputs: { x: normal([3, 1101]), weight: normal([2, 551, 64], 0.1, 'bf16') },
      attrs: { out: 40, compute: 'bf16' },
    },
    { name: 'no rows', inputs: { x: normal([0, 5]), weight: normal([1, 5, 32]) }, attrs: { out: 4 } },
    {
      name: 'nothing to sum',
      inputs: { x: normal([3, 0]), weight: normal([1, 0, 32]), bias: normal([4]) },
      attrs: { out: 4 },
    },
  ],
  rejects: [
    {
      name: 'panels',
      inputs: { x: normal([2, 3]), weight: normal([1, 3, 32]) },
      attrs: { out: 40 },
      message: 'packed_linear.weight: got [1, 3, 32]; expected [2, 3, 32]: 40 outputs of 3 inputs, packed',
    },
    {
      name: 'inputs',
      inputs: { x: normal([2, 3]), weight: normal([1, 4, 32]) },
      attrs: { out: 4 },
      message: 'expected [1, 3, 32]',
    },
    {
      name: 'bias',
      inputs: { x: normal([2, 3]), weight: normal([1, 3, 32]), bias: normal([5]) },
      attrs: { out: 4 },
      message: 'packed_linear.bias: got [5]; expected [4]',
    },
    {
      name: 'bf16 products of f32 weights',
      inputs: { x: normal([2, 3]), weight: normal([1, 3, 32]) },
      attrs: { out: 4, compute: 'bf16' },
      message: "bf16, for compute 'bf16'",
    },
    {
      name: 'x of one axis',
      inputs: { x: normal([3]), weight: normal([1, 3, 32]) },
      attrs: { out: 4 },
      message: 'packed_linear: x [rows in]',
    },
    {
      name: 'a weight that is not packed',
      inputs: { x: normal([2, 3]), weight: normal([4, 3]) },
      attrs: { out: 4 },
      message: 'weight [panels depth lanes]',
    },
  ],
})
