import { defineOp } from '../graph/define.ts'
import { integers, literal, normal, refTensor } from '../graph/samples.ts'
import { dtypes } from '../tensor/dtype.ts'
import { scatterAdd } from './scatter_add.ts'

/** y[r] = x[index[r]]. x [n, d]: any dtype; index [rows]: i32, each in 0 … n-1. */
export const gather = defineOp('gather', {
  inputs: {
    x: { dims: 'n d', dtypes, layout: 'rows' },
    index: { dims: 'rows', dtypes: ['i32'] },
  },
  outputs: { y: { dims: 'rows d', dtype: { like: 'x' } } },
  gradient: ({ inputs: { x, index }, upstream }) => ({
    x: scatterAdd({ x: upstream.y!, index }, { size: x.shape[0]! }),
  }),
  reference: ({ inputs: { x, index } }) => {
    const d = x.shape[1]!
    const y = refTensor([index.shape[0]!, d])
    index.data.forEach((from, r) => {
      y.data.set(x.data.subarray(from * d, (from + 1) * d), r * d)
    })
    return { y }
  },
  samples: [
    { name: 'f32', inputs: { x: normal([11, 19]), index: integers([30], 0, 11) } },
    { name: 'one column', inputs: { x: normal([4, 1]), index: literal([3, 3, 0], [3], 'i32') } },
    {
      name: 'f16',
      inputs: { x: normal([3, 5], 1, 'f16'), index: integers([4], 0, 3) },
      smooth: false,
    },
    { name: 'i32', inputs: { x: integers([6, 3], -9, 9), index: integers([5], 0, 6) } },
    { name: 'i8', inputs: { x: integers([6, 7], -9, 9, 'i8'), index: integers([5], 0, 6) } },
    { name: 'no rows', inputs: { x: normal([3, 2]), index: integers([0], 0, 3) } },
  ],
  rejects: [
    {
      name: 'float index',
      inputs: { x: normal([3, 2]), index: normal([4]) },
      message: 'gather.index: got f32; expected i32',
    },
    {
      name: 'rank of x',
      inputs: { x: normal([3]), index: integers([4], 0, 3) },
      message: 'gather: x [n d]',
    },
    {
      name: 'rank of index',
      inputs: { x: normal([3, 2]), index: integers([2, 2], 0, 3) },
      message: 'gather: index [rows]',
    },
  ],
})
