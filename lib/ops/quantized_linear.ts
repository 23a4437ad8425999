import { badArgument } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { integers, literal, normal, refTensor, uniform } from '../graph/samples.ts'
import { attr, type RefTensor } from '../graph/spec.ts'
import { floats } from '../tensor/dtype.ts'
import { formatShape, type Shape, sameShape } from '../tensor/shape.ts'
import { activated, epilogues } from './linear.ts'
import { panelOutputs } from './pack_weight.ts'
import { mixed } from './packed_linear.ts'

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

/** Bytes of a panel that lie side by side: four inputs of each output (q4_0: four, and four that are 16 behind). */
const lanes = 4 * panelOutputs

/** Shapes of the quants and scales of a weight [out, in]. */
export function quantisedShapes(
  out: number,
  inputs: number,
  nibbles: boolean,
): { quants: Shape; scales: Shape } {
  const panels = Math.ceil(out / panelOutputs)
  return {
    quants: [panels, inputs / (nibbles ? 8 : 4), lanes],
    scales: [panels, inputs / quantBlock, panelOutputs],
  }
}

/** Where byte i of the row of output j lies, of `bytes` a row: 32 of a block (q4_0: 16), in fours. */
export function quantPlace(j: number, i: number, bytes: number): number {
  const panel = Math.floor(j / panelOutputs)
  const fours = Math.floor(i / 4)
  return (panel * (bytes / 4) + fours) * lanes + (j % panelOutputs) * 4 + (i % 4)
}

/** Where the scale of a block of output j lies, of `blocks` a row. */
export function scalePlace(j: number, block: number, blocks: number): number {
  return (Math.floor(j / panelOutputs) * blocks + block) * panelOutputs + (j % panelOutputs)
}

/**
 * y[r] = f(W x[r] + b) with W [out, in] in blocks of 32 integers of a row that share a scale. q8_0: i8, weight = quant ·
 * scale. q4_0: u8; byte i < 16 of a block holds weight i in its low four bits and weight i + 16 in its high ones, weight =
 * (bits - 8) · scale. Both lie in panels of 32 outputs: quants [panels, bytes of a row / 4, 32 · 4], four bytes of each
 * output side by side; scales f16 [panels, in / 32, 32]. x: [rows, in], bias: [out]; y: [rows, out].
 * x is rounded to 8 bits in blocks of 32 by its own: scale = max |x| / 127. Sums within a block are exact. `times` and `plus`
 * are those of packed_linear.
 */
export const quantizedLinear = defineOp('quantized_linear', {
  inputs: {
    x: { dims: 'rows in', layout: 'rows' },
    quants: { dims: 'panels fours lanes', dtypes: ['i8', 'u8'], fixed: true },
    scales: { dims: 'panels blocks outputs', dtypes: ['f16'], fixed: true },
    bias: { dims: 'out', dtypes: floats, optional: true },
    times: { dims: 'rows out', optional: true },
    plus: { dims: 'rows out', optional: true },
  },
  attrs: { out: attr.int(), epilogue: attr.oneOf(epilogues, 'none') },
  outputs: { y: { dims: 'rows out' } },
  shape: ({ inputs: { x, quants, scales, bias }, attrs: { out } }) => {
    const [rows, depth] = x.shape as [number, number]
    if (depth % quantBlock !== 0)
      throw badArgument(
        'quantized_linear.x',
        formatShape(x.shape),
        `rows of a multiple of ${quantBlock} numbers`,
      )
    const expected = quantisedShapes(out, depth, quants.dtype === 'u8')
    for (const [name, { shape }] of Object.entries({ quants, scales })) {
      const wanted = expected[name as 'quants' | 'scales']
      if (out < 1 || !sameShape(shape, wanted))
        throw badArgument(
          `quantized_linear.${name}`,
          formatShape(shape),
          `${formatShape(wanted)}: ${out} outputs of ${depth} inputs`,
        )
    }
    if (bias && bias.shape[0] !== out)
      throw badArgument('quantized_linear.bias', formatShape(bias.shape), `[${out}]`)
    return { y: [rows, out] }
  },
  reference: ({ inputs: { x, quants, scales, bias, times, plus }, attrs: { out, epilogue } }) => {
    const [rows, depth] = x.shape as [number, number]
    const blocks = depth / quantBlock
    const bytes = quants.shape[1]! * 4
    const nibbles = bytes !== depth
    const weight = (j: number, block: number, i: number) => {
      if (!nibbles) return quants.data[quantPlace(j, block * quantBlock + i, bytes)]!
      const byte = quants.data[quantPlace(j, block * 16 + (i % 16), bytes)]!
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
          sum += dot * scales.data[scalePlace(j, block, blocks)]! * row.scales[block]!
        }
        y.data[r * out + j] = sum
      }
    }
    return { y: mixed(activated(y, epilogue), times, plus) }
  },
  samples: [
    ...[32, 96, 512, 1120].flatMap((depth) => [
      {
        name: `q8_0 of ${depth}`,
        inputs: {
          x: normal([3, depth]),
          quants: integers([1, depth / 4, 128], -128, 128, 'i8'),
          scales: uniform([1, depth / 32, 32], 0.001, 0.01, 'f16'),
        },
        attrs: { out: 9 },
      },
      {
        name: `q4_0 of ${depth}`,
        inputs: {
          x: normal([3, depth]),
          quants: integers([1, depth / 8, 128], 0, 256, 'u8'),
          scales: uniform([1, depth / 32, 32], -0.02, 0.02, 'f16'),
        },
        attrs: { out: 7 },
      },
    ]),
    ...[11, 40].flatMap((rows) => [
      {
        name: `${rows} rows, q8_0`,
        inputs: {
          x: normal([rows, 64]),
          quants: integers([3, 16, 128], -128, 128, 'i8'),
          scales: uniform([3, 2, 32], 0.001, 0.01, 'f16'),
          bias: normal([70]),
        },
        attrs: { out: 70 },
      },
      {
        name: `${rows} rows, q4_0`,
        inputs: {
          x: normal([rows, 96]),
          quants: integers([2, 12, 128], 0, 256, 'u8'),
          scales: uniform([2, 3, 32], -0.02, 0.02, 'f16'),
        },
        attrs: { out: 64, epilogue: 'silu' as const },
      },
    ]),
    {
      name: 'times and plus',
      inputs: {
        x: normal([9, 64]),
        quants: integers([2, 16, 128], -128, 128, 'i8'),
        scales: uniform([2, 2, 32], 0.0001, 0.001, 'f16'),
        times: normal([9, 35]),
        plus: normal([9, 35]),
      },
      attrs: { out: 35, epilogue: 'silu' },
    },
    {
      name: 'one row, bias, gelu',
      inputs: {
        x: normal([1, 64]),
        quants: integers([2, 16, 128], -128, 128, 'i8'),
        scales: uniform([2, 2, 32], 0.0001, 0.001, 'f16'),
        bias: normal([35]),
      },
      attrs: { out: 35, epilogue: 'gelu' },
    },
    {
      name: 'a block of zeros',
      inputs: {
        x: literal(
          [...new Array<number>(32).fill(0), ...Array.from({ length: 32 }, (_, i) => i - 7)],
          [1, 64],
        ),
        quants: integers([1, 16, 128], -128, 128, 'i8'),
        scales: uniform([1, 2, 32], 0.001, 0.01, 'f16'),
      },
      attrs: { out: 2 },
    },
    {
      name: 'no rows',
      inputs: {
        x: normal([0, 32]),
        quants: integers([1, 8, 128], -128, 128, 'i8'),
        scales: uniform([1, 1, 32], 0.001, 0.01, 'f16'),
      },
      attrs: { out: 2 },
    },
  ],
  rejects: [
    {
      name: 'part of a block',
      inputs: {
        x: normal([2, 40]),
        quants: integers([1, 10, 128], 0, 9, 'i8'),
        scales: uniform([1, 1, 32], 0, 1, 'f16'),
      },
      attrs: { out: 3 },
      message: 'rows of a multiple of 32 numbers',
    },
    {
      name: 'bytes',
      inputs: {
        x: normal([2, 64]),
        quants: integers([1, 16, 128], 0, 9, 'u8'),
        scales: uniform([1, 2, 32], 0, 1, 'f16'),
      },
      attrs: { out: 3 },
      message: 'quantized_linear.quants: got [1, 16, 128]; expected [1, 8, 128]: 3 outputs of 64 inputs',
    },
    {
      name: 'blocks',
      inputs: {
        x: normal([2, 64]),
        quants: integers([1, 16, 128], 0, 9, 'i8'),
        scales: uniform([1, 4, 32], 0, 1, 'f16'),
      },
      attrs: { out: 3 },
      message: 'quantized_linear.scales: got [1, 4, 32]; expected [1, 2, 32]',
    },
    {
      name: 'outputs',
      inputs: {
        x: normal([2, 32]),
        quants: integers([1, 8, 128], 0, 9, 'i8'),
        scales: uniform([1, 1, 32], 0, 1, 'f16'),
      },
      attrs: { out: 33 },
      message: 'expected [2, 8, 128]: 33 outputs of 32 inputs',
    },
    {
      name: 'bias',
      inputs: {
        x: normal([2, 32]),
        quants: integers([1, 8, 128], 0, 9, 'i8'),
        scales: uniform([1, 1, 32], 0, 1, 'f16'),
        bias: normal([4]),
      },
      attrs: { out: 3 },
      message: 'quantized_linear.bias: got [4]; expected [3]',
    },
    {
      name: 'x of one axis',
      inputs: {
        x: normal([32]),
        quants: integers([1, 8, 128], 0, 9, 'i8'),
        scales: uniform([1, 1, 32], 0, 1, 'f16'),
      },
      attrs: { out: 3 },
      message: 'x [rows in]',
    },
  ],
})
