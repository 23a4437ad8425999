import { badArgument } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { integers, literal, normal, refTensor, uniform } from '../graph/samples.ts'
import { attr, type RefTensor } from '../graph/spec.ts'
import { floats } from '../tensor/dtype.ts'
import { formatShape } from '../tensor/shape.ts'
import { activated, epilogues } from './linear.ts'

/** Weights that share a scale. */
export const quantBlock = 32

/** Row r of x in blocks of 32: integers of 8 bits, ties to even, and the scale of each block, in f32 arithmetic. */
function quantizedRow(x: RefTensor, r: number): { values: Float64Array; scales: Float64Array } {
  const depth = x.shape[1]!
  const values = x.data.slice(r * depth, (r + 1) * depth)
  const scales = new Float64Array(depth / quantBlock)
  for (let block = 0; block < scales.length; block++) {
    const of = values.subarray(block * quantBlock, (block + 1) * quantBlock)
    const most = of.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
    scales[block] = Math.fround(most / 127)
    const inverse = most > 0 ? Math.fround(127 / most) : 0
    of.forEach((v, i) => {
      const scaled = Math.fround(v * inverse)
      const down = Math.floor(scaled)
      const half = scaled - down
      of[i] = half > 0.5 || (half === 0.5 && down % 2 !== 0) ? down + 1 : down
    })
  }
  return { values, scales }
}

/**
 * y[r] = f(W x[r] + b) with W in blocks of 32 integers that share a scale. q8_0: quants i8 [out, in], weight =
 * quant · scale. q4_0: quants u8 [out, in / 2]; byte i < 16 of a block holds weight i in its low four bits and weight
 * i + 16 in its high ones, weight = (bits - 8) · scale. scales: f16 [out, in / 32]; x: [rows, in], bias: [out].
 * x is rounded to 8 bits in blocks of 32 by its own: scale = max |x| / 127. Sums within a block are exact.
 */
export const quantizedLinear = defineOp('quantized_linear', {
  inputs: {
    x: { dims: 'rows in', layout: 'rows' },
    quants: { dims: 'out bytes', dtypes: ['i8', 'u8'], fixed: true },
    scales: { dims: 'out blocks', dtypes: ['f16'], fixed: true },
    bias: { dims: 'out', dtypes: floats, optional: true },
  },
  attrs: { epilogue: attr.oneOf(epilogues, 'none') },
  outputs: { y: { dims: 'rows out' } },
  shape: ({ inputs: { x, quants, scales } }) => {
    const depth = x.shape[1]!
    const out = quants.shape[0]!
    if (depth % quantBlock !== 0)
      throw badArgument(
        'quantized_linear.x',
        formatShape(x.shape),
        `rows of a multiple of ${quantBlock} numbers`,
      )
    const bytes = quants.dtype === 'u8' ? depth / 2 : depth
    if (quants.shape[1] !== bytes)
      throw badArgument('quantized_linear.quants', formatShape(quants.shape), formatShape([out, bytes]))
    if (scales.shape[1] !== depth / quantBlock)
      throw badArgument(
        'quantized_linear.scales',
        formatShape(scales.shape),
        formatShape([out, depth / quantBlock]),
      )
    return {}
  },
  reference: ({ inputs: { x, quants, scales, bias }, attrs: { epilogue } }) => {
    const [rows, depth] = x.shape as [number, number]
    const [out, bytes] = quants.shape as [number, number]
    const blocks = depth / quantBlock
    const nibbles = bytes !== depth
    const weight = (j: number, block: number, i: number) => {
      if (!nibbles) return quants.data[j * bytes + block * quantBlock + i]!
      const byte = quants.data[j * bytes + block * 16 + (i % 16)]!
      return (i < 16 ? byte & 15 : byte >> 4) - 8
    }
    const y = refTensor([rows, out])
    for (let r = 0; r < rows; r++) {
      const row = quantizedRow(x, r)
      for (let j = 0; j < out; j++) {
        let sum = bias ? bias.data[j]! : 0
        for (let block = 0; block < blocks; block++) {
          let dot = 0
          for (let i = 0; i < quantBlock; i++)
            dot += weight(j, block, i) * row.values[block * quantBlock + i]!
          sum += dot * scales.data[j * blocks + block]! * row.scales[block]!
        }
        y.data[r * out + j] = sum
      }
    }
    return { y: activated(y, epilogue) }
  },
  samples: [
    ...[32, 96, 512, 1120].flatMap((depth) => [
      {
        name: `q8_0 of ${depth}`,
        inputs: {
          x: normal([3, depth]),
          quants: integers([9, depth], -128, 128, 'i8'),
          scales: uniform([9, depth / 32], 0.001, 0.01, 'f16'),
        },
      },
      {
        name: `q4_0 of ${depth}`,
        inputs: {
          x: normal([3, depth]),
          quants: integers([7, depth / 2], 0, 256, 'u8'),
          scales: uniform([7, depth / 32], -0.02, 0.02, 'f16'),
        },
      },
    ]),
    {
      name: 'one row, bias, gelu',
      inputs: {
        x: normal([1, 64]),
        quants: integers([35, 64], -128, 128, 'i8'),
        scales: uniform([35, 2], 0.0001, 0.001, 'f16'),
        bias: normal([35]),
      },
      attrs: { epilogue: 'gelu' },
    },
    {
      name: 'a block of zeros',
      inputs: {
        x: literal(
          [...new Array<number>(32).fill(0), ...Array.from({ length: 32 }, (_, i) => i - 7)],
          [1, 64],
        ),
        quants: integers([2, 64], -128, 128, 'i8'),
        scales: uniform([2, 2], 0.001, 0.01, 'f16'),
      },
    },
    {
      name: 'no rows',
      inputs: {
        x: normal([0, 32]),
        quants: integers([2, 32], -128, 128, 'i8'),
        scales: uniform([2, 1], 0.001, 0.01, 'f16'),
      },
    },
  ],
  rejects: [
    {
      name: 'part of a block',
      inputs: {
        x: normal([2, 40]),
        quants: integers([3, 40], 0, 9, 'i8'),
        scales: uniform([3, 1], 0, 1, 'f16'),
      },
      message: 'rows of a multiple of 32 numbers',
    },
    {
      name: 'bytes',
      inputs: {
        x: normal([2, 64]),
        quants: integers([3, 64], 0, 9, 'u8'),
        scales: uniform([3, 2], 0, 1, 'f16'),
      },
      message: 'quantized_linear.quants: got [3, 64]; expected [3, 32]',
    },
    {
      name: 'blocks',
      inputs: {
        x: normal([2, 64]),
        quants: integers([3, 64], 0, 9, 'i8'),
        scales: uniform([3, 4], 0, 1, 'f16'),
      },
      message: 'quantized_linear.scales: got [3, 4]; expected [3, 2]',
    },
    {
      name: 'outputs',
      inputs: {
        x: normal([2, 32]),
        quants: integers([3, 32], 0, 9, 'i8'),
        scales: uniform([4, 1], 0, 1, 'f16'),
      },
      message: 'out is 4 here but 3 in quants',
    },
    {
      name: 'x of one axis',
      inputs: {
        x: normal([32]),
        quants: integers([3, 32], 0, 9, 'i8'),
        scales: uniform([3, 1], 0, 1, 'f16'),
      },
      message: 'x [rows in]',
    },
  ],
})
