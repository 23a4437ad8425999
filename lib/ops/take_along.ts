import { defineOp } from '../graph/define.ts'
import { integers, literal, normal, refTensor } from '../graph/samples.ts'
import { putAlong } from './put_along.ts'

/** y[r, j] = x[r, index[r, j]]. x [rows, n]: f32; index [rows, k]: i32, each in 0 … n-1. */
export const takeAlong = defineOp('take_along', {
  inputs: {
    x: { dims: 'rows n', layout: 'rows' },
    index: { dims: 'rows k', dtypes: ['i32'] },
  },
  outputs: { y: { dims: 'rows k' } },
  gradient: ({ inputs: { x, index }, upstream }) => ({
    x: putAlong({ x: upstream.y!, index }, { size: x.shape[1]! }),
  }),
  reference: ({ inputs: { x, index } }) => {
    const [rows, k] = index.shape as [number, number]
    const y = refTensor([rows, k])
    const n = x.shape[1]!
    for (let i = 0; i < rows * k; i++) y.data[i] = x.data[Math.floor(i / k) * n + index.data[i]!]!
    return { y }
  },
  samples: [
    { name: 'several', inputs: { x: normal([7, 19]), index: integers([7, 5], 0, 19) } },
    { name: 'one', inputs: { x: normal([40, 3]), index: integers([40, 1], 0, 3) } },
    { name: 'repeated', inputs: { x: normal([1, 4]), index: literal([3, 3, 0, 3], [1, 4], 'i32') } },
    { name: 'no rows', inputs: { x: normal([0, 4]), index: integers([0, 2], 0, 4) } },
  ],
  rejects: [
    {
      name: 'rows',
      inputs: { x: normal([3, 2]), index: integers([4, 1], 0, 2) },
      message: 'rows is 4 here but 3 in x',
    },
    {
      name: 'rank of x',
      inputs: { x: normal([3]), index: integers([3, 1], 0, 2) },
      message: 'take_along: x [rows n]',
    },
    {
      name: 'float index',
      inputs: { x: normal([3, 2]), index: normal([3, 1]) },
      message: 'take_along.index: got f32; expected i32',
    },
  ],
})
