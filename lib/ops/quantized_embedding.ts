import { badArgument } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { integers, literal, refTensor, uniform } from '../graph/samples.ts'
import { formatShape } from '../tensor/shape.ts'
import { quantBlock } from './quantized_linear.ts'

const table = (vocab: number, d: number) => ({
  quants: integers([vocab, d], -128, 128, 'i8'),
  scales: uniform([vocab, d / quantBlock], -0.01, 0.01, 'f16'),
})

/**
 * y[r] = table[ids[r]] as f32, of a table in blocks of 32 integers of a row that share a scale: quant · scale, which is
 * exact (q8_0, row after row, where `quantized_linear` has panels). quants: i8 [vocab, d]; scales: f16 [vocab, d / 32];
 * ids [rows]: i32, each in 0 … vocab-1.
 * No gradient: quantised tables are not trained.
 */
export const quantizedEmbedding = defineOp('quantized_embedding', {
  inputs: {
    quants: { dims: 'vocab d', dtypes: ['i8'], fixed: true },
    scales: { dims: 'vocab blocks', dtypes: ['f16'], fixed: true },
    ids: { dims: 'rows', dtypes: ['i32'] },
  },
  outputs: { y: { dims: 'rows d' } },
  shape: ({ inputs: { quants, scales } }) => {
    const [vocab, d] = quants.shape as [number, number]
    if (d % quantBlock !== 0)
      throw badArgument(
        'quantized_embedding.quants',
        formatShape(quants.shape),
        `rows of a multiple of ${quantBlock} numbers`,
      )
    if (scales.shape[1] !== d / quantBlock)
      throw badArgument(
        'quantized_embedding.scales',
        formatShape(scales.shape),
        formatShape([vocab, d / quantBlock]),
      )
    return {}
  },
  reference: ({ inputs: { quants, scales, ids } }) => {
    const d = quants.shape[1]!
    const y = refTensor([ids.shape[0]!, d])
    y.data.forEach((_, at) => {
      const from = ids.data[Math.floor(at / d)]! * d + (at % d)
      y.data[at] = quants.data[from]! * scales.data[Math.floor(from / quantBlock)]!
    })
    return { y }
  },
  samples: [
    { name: 'one block', inputs: { ...table(11, 32), ids: integers([7], 0, 11) } },
    { name: 'blocks', inputs: { ...table(5, 160), ids: literal([4, 0, 4], [3], 'i32') } },
    { name: 'no rows', inputs: { ...table(3, 64), ids: integers([0], 0, 3) } },
    { name: 'no columns', inputs: { ...table(3, 0), ids: integers([4], 0, 3) } },
  ],
  rejects: [
    {
      name: 'part of a block',
      inputs: { ...table(3, 64), quants: integers([3, 40], 0, 9, 'i8'), ids: integers([4], 0, 3) },
      message: 'quantized_embedding.quants: got [3, 40]; expected rows of a multiple of 32 numbers',
    },
    {
      name: 'blocks',
      inputs: { ...table(3, 64), scales: uniform([3, 4], 0, 1, 'f16'), ids: integers([4], 0, 3) },
      message: 'quantized_embedding.scales: got [3, 4]; expected [3, 2]',
    },
    {
      name: 'scales of other rows',
      inputs: { ...table(3, 64), scales: uniform([4, 2], 0, 1, 'f16'), ids: integers([4], 0, 3) },
      message: 'vocab is 4 here but 3 in quants',
    },
    {
      name: 'four bits',
      inputs: { ...table(3, 64), quants: integers([3, 64], 0, 9, 'u8'), ids: integers([4], 0, 3) },
      message: 'quantized_embedding.quants: got u8; expected i8',
    },
    {
      name: 'float scales',
      inputs: { ...table(3, 64), scales: uniform([3, 2], 0, 1), ids: integers([4], 0, 3) },
      message: 'quantized_embedding.scales: got f32; expected f16',
    },
    {
      name: 'float ids',
      inputs: { ...table(3, 64), ids: uniform([4], 0, 1) },
      message: 'quantized_embedding.ids: got f32; expected i32',
    },
  ],
})
