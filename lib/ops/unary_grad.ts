import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor, uniform } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { unaryFns, unaryFunctions } from './unary_fns.ts'

/** y = upstream * fn'(x), element by element: the gradient of `unary`. f32, any strides. */
export const unaryGrad = defineOp('unary_grad', {
  inputs: { x: { dims: '...', layout: 'strided' }, upstream: { dims: '...', layout: 'strided' } },
  attrs: { fn: attr.oneOf(unaryFns) },
  outputs: { y: { dims: '...' } },
  reference: ({ inputs: { x, upstream }, attrs }) => ({
    y: refTensor(
      x.shape,
      x.data.map((value, i) => upstream.data[i]! * unaryFunctions[attrs.fn].df(value)),
    ),
  }),
  samples: [
    ...unaryFns.flatMap((fn) => [
      {
        name: fn,
        inputs: {
          x: uniform([5, 19], unaryFunctions[fn].low, unaryFunctions[fn].high),
          upstream: normal([5, 19]),
        },
        attrs: { fn },
      },
    ]),
    ...(['tanh', 'sigmoid', 'silu', 'gelu', 'gelu_tanh', 'softplus', 'erf', 'relu', 'abs'] as const).map(
      (fn) => ({
        name: `${fn}, tails`,
        inputs: {
          x: literal([-3e38, -1000, -90, -30, -12, -9, -1e-20, 0, 1e-20, 9, 12, 30, 90, 1000, 3e38]),
          upstream: normal([15]),
        },
        attrs: { fn },
      }),
    ),
    { name: 'nothing', inputs: { x: normal([0]), upstream: normal([0]) }, attrs: { fn: 'exp' } },
  ],
  rejects: [
    {
      name: 'other shape',
      inputs: { x: normal([3]), upstream: normal([4]) },
      attrs: { fn: 'exp' },
      message: 'unary_grad: upstream [...] has shape [4]',
    },
  ],
})
