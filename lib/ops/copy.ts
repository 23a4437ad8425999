import { defineOp } from '../graph/define.ts'
import { normal } from '../graph/samples.ts'
import { dtypes } from '../tensor/dtype.ts'

/**
 * y = x in row-major order. x: any dtype, shape and strides. The encoder inserts it where a kernel needs it.
 */
export const copy = defineOp('copy', {
  inputs: { x: { dims: '...', dtypes, layout: 'strided' } },
  outputs: { y: { dims: '...', dtype: { like: 'x' } } },
  gradient: ({ upstream }) => ({ x: upstream.y }),
  reference: ({ inputs }) => ({ y: inputs.x }),
  samples: [
    { name: 'matrix', inputs: { x: normal([5, 33]) } },
    { name: 'four axes', inputs: { x: normal([2, 3, 5, 7]) } },
    { name: 'one element', inputs: { x: normal([1]) } },
    { name: 'nothing', inputs: { x: normal([0, 4]) } },
  ],
  rejects: [],
})
