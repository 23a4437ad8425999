import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor, uniform } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'

/**
 * The gradient of softmax from its output: dx = y * (g - sum(g * y)), and for log: dx = g - exp(y) * sum(g),
 * with g = upstream and sums over the last axis. y, upstream, dx: f32 [..., n].
 */
export const softmaxGrad = defineOp('softmax_grad', {
  inputs: { y: { dims: '... n' }, upstream: { dims: '... n' } },
  attrs: { log: attr.bool() },
  outputs: { dx: { dims: '... n' } },
  reference: ({ inputs: { y, upstream }, attrs: { log } }) => {
    const n = y.shape.at(-1)!
    const dx = refTensor(y.shape)
    for (let begin = 0; begin < y.data.length; begin += n) {
      let sum = 0
      for (let i = begin; i < begin + n; i++) sum += upstream.data[i]! * (log ? 1 : y.data[i]!)
      for (let i = begin; i < begin + n; i++)
        dx.data[i] = log
          ? upstream.data[i]! - Math.exp(y.data[i]!) * sum
          : y.data[i]! * (upstream.data[i]! - sum)
    }
    return { dx }
  },
  samples: [
    { name: 'rows', inputs: { y: uniform([3, 37], 0, 0.1), upstream: normal([3, 37]) } },
    { name: 'three axes', inputs: { y: uniform([2, 3, 5], 0, 0.4), upstream: normal([2, 3, 5]) } },
    {
      name: 'log',
      inputs: { y: uniform([3, 130], -9, -3), upstream: normal([3, 130]) },
      attrs: { log: true },
    },
    {
      name: 'log of zero',
      inputs: { y: literal([-Infinity, -0.5, -1], [1, 3]), upstream: normal([1, 3]) },
      attrs: { log: true },
      smooth: false,
    },
    { name: 'one column', inputs: { y: literal([1, 1], [2, 1]), upstream: normal([2, 1]) } },
    { name: 'no rows', inputs: { y: normal([0, 4]), upstream: normal([0, 4]) } },
  ],
  rejects: [
    {
      name: 'other width',
      inputs: { y: normal([2, 3]), upstream: normal([2, 4]) },
      message: 'softmax_grad: upstream [... n] has shape [2, 4]: n is 4 here but 3 in y',
    },
    {
      name: 'other rows',
      inputs: { y: normal([2, 3]), upstream: normal([3, 3]) },
      message: 'softmax_grad: upstream [... n] has shape [3, 3]: leading axes differ from [2] of y',
    },
  ],
})
