import { badArgument } from '../core/errors.ts'
import { callOp, defineOp } from '../graph/define.ts'
import { integers, literal, normal, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'

/**
 * y[i] = Σ x[r] over the rows r with index[r] = i, in row order. x [rows, d]: f32; index [rows]: i32, each in
 * 0 … size-1; y [size, d]. The gradient of gather and embedding.
 */
export const scatterAdd = defineOp('scatter_add', {
  inputs: {
    x: { dims: 'rows d', layout: 'rows' },
    index: { dims: 'rows', dtypes: ['i32'] },
  },
  attrs: { size: attr.int() },
  outputs: { y: { dims: 'size d' } },
  shape: ({ inputs: { x }, attrs: { size } }) => {
    if (size < 0) throw badArgument('scatter_add.size', String(size), 'a count of 0 or more')
    return { y: [size, x.shape[1]!] }
  },
  gradient: ({ inputs: { index }, upstream }) => ({ x: callOp('gather', { x: upstream.y!, index }) }),
  reference: ({ inputs: { x, index }, attrs: { size } }) => {
    const d = x.shape[1]!
    const y = refTensor([size, d])
    index.data.forEach((to, r) => {
      for (let c = 0; c < d; c++) y.data[to * d + c]! += x.data[r * d + c]!
    })
    return { y }
  },
  samples: [
    { name: 'rows', inputs: { x: normal([30, 19]), index: integers([30], 0, 11) }, attrs: { size: 11 } },
    { name: 'one target', inputs: { x: normal([150, 3]), index: integers([150], 1, 2) }, attrs: { size: 2 } },
    {
      name: 'gaps',
      inputs: { x: normal([3, 16]), index: literal([6, 0, 6], [3], 'i32') },
      attrs: { size: 9 },
    },
    { name: 'no rows', inputs: { x: normal([0, 4]), index: integers([0], 0, 3) }, attrs: { size: 3 } },
  ],
  rejects: [
    {
      name: 'rows',
      inputs: { x: normal([3, 2]), index: integers([4], 0, 3) },
      attrs: { size: 3 },
      message: 'rows is 4 here but 3 in x',
    },
    {
      name: 'rank of x',
      inputs: { x: normal([3]), index: integers([3], 0, 3) },
      attrs: { size: 3 },
      message: 'scatter_add: x [rows d]',
    },
    {
      name: 'half x',
      inputs: { x: normal([3, 2], 1, 'f16'), index: integers([3], 0, 3) },
      attrs: { size: 3 },
      message: 'scatter_add.x: got f16; expected f32',
    },
    {
      name: 'negative size',
      inputs: { x: normal([3, 2]), index: integers([3], 0, 3) },
      attrs: { size: -1 },
      message: 'a count of 0 or more',
    },
  ],
})
