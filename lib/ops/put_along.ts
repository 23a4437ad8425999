import { badArgument } from '../core/errors.ts'
import { callOp, defineOp } from '../graph/define.ts'
import { integers, literal, normal, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'

/**
 * y[r, i] = Σ x[r, j] over the j with index[r, j] = i, in order of j; zero where there is none.
 * x [rows, k]: f32; index [rows, k]: i32, each in 0 … size-1; y [rows, size]. The gradient of take_along.
 */
export const putAlong = defineOp('put_along', {
  inputs: {
    x: { dims: 'rows k', layout: 'rows' },
    index: { dims: 'rows k', dtypes: ['i32'] },
  },
  attrs: { size: attr.int() },
  outputs: { y: { dims: 'rows size' } },
  shape: ({ inputs: { x }, attrs: { size } }) => {
    if (size < 0) throw badArgument('put_along.size', String(size), 'a count of 0 or more')
    return { y: [x.shape[0]!, size] }
  },
  gradient: ({ inputs: { index }, upstream }) => ({ x: callOp('take_along', { x: upstream.y!, index }) }),
  reference: ({ inputs: { x, index }, attrs: { size } }) => {
    const [rows, k] = x.shape as [number, number]
    const y = refTensor([rows, size])
    for (let i = 0; i < rows * k; i++) y.data[Math.floor(i / k) * size + index.data[i]!]! += x.data[i]!
    return { y }
  },
  samples: [
    { name: 'several', inputs: { x: normal([7, 5]), index: integers([7, 5], 0, 19) }, attrs: { size: 19 } },
    {
      name: 'duplicates',
      inputs: { x: normal([2, 3]), index: literal([1, 1, 1, 0, 2, 0], [2, 3], 'i32') },
      attrs: { size: 3 },
    },
    { name: 'nothing put', inputs: { x: normal([3, 0]), index: integers([3, 0], 0, 4) }, attrs: { size: 4 } },
    { name: 'no rows', inputs: { x: normal([0, 2]), index: integers([0, 2], 0, 4) }, attrs: { size: 4 } },
  ],
  rejects: [
    {
      name: 'shapes',
      inputs: { x: normal([3, 2]), index: integers([3, 1], 0, 2) },
      attrs: { size: 2 },
      message: 'k is 1 here but 2 in x',
    },
    {
      name: 'rank of x',
      inputs: { x: normal([3]), index: integers([3, 1], 0, 2) },
      attrs: { size: 2 },
      message: 'put_along: x [rows k]',
    },
    {
      name: 'negative size',
      inputs: { x: normal([3, 2]), index: integers([3, 2], 0, 2) },
      attrs: { size: -2 },
      message: 'a count of 0 or more',
    },
  ],
})
