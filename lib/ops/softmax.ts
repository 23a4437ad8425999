import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor, uniform } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { softmaxGrad } from './softmax_grad.ts'

/**
 * y = exp(x) / sum(exp(x)) over the last axis, or with log: y = x - log(sum(exp(x))). x, y: f32 [..., n].
 * A row of -Infinity alone, in which nothing may be chosen, gives zeros, and with log: -Infinity.
 */
export const softmax = defineOp('softmax', {
  inputs: { x: { dims: '... n' } },
  attrs: { log: attr.bool() },
  outputs: { y: { dims: '... n' } },
  gradient: ({ attrs, outputs, upstream }) => ({
    x: softmaxGrad({ y: outputs.y, upstream: upstream.y! }, attrs),
  }),
  reference: ({ inputs: { x }, attrs: { log } }) => {
    const n = x.shape.at(-1)!
    const y = refTensor(x.shape)
    for (let begin = 0; begin < x.data.length; begin += n) {
      const row = x.data.subarray(begin, begin + n)
      const max = row.reduce((m, v) => Math.max(m, v), -Infinity)
      const sum = max === -Infinity ? 0 : row.reduce((s, v) => s + Math.exp(v - max), 0)
      row.forEach((v, i) => {
        if (sum === 0) y.data[begin + i] = log ? -Infinity : 0
        else y.data[begin + i] = log ? v - max - Math.log(sum) : Math.exp(v - max) / sum
      })
    }
    return { y }
  },
  samples: [
    { name: 'rows', inputs: { x: normal([5, 37]) } },
    { name: 'log', inputs: { x: normal([5, 37]) }, attrs: { log: true } },
    { name: 'three axes', inputs: { x: normal([2, 3, 5]) } },
    { name: 'one axis', inputs: { x: normal([200]) } },
    { name: 'one column', inputs: { x: normal([3, 1]) } },
    { name: 'far apart', inputs: { x: uniform([3, 70], -300, 300) }, smooth: false },
    { name: 'far apart, log', inputs: { x: uniform([3, 70], -300, 300) }, attrs: { log: true } },
    {
      name: 'masked',
      inputs: { x: literal([-Infinity, 1, 2, -Infinity, -Infinity, -Infinity, 0, -Infinity, 0], [3, 3]) },
      smooth: false,
    },
    {
      name: 'masked, log',
      inputs: { x: literal([-Infinity, 1, 2, -Infinity, -Infinity, -Infinity, 0, -Infinity, 0], [3, 3]) },
      attrs: { log: true },
      smooth: false,
    },
    {
      // In one long sum each of the equal terms would be rounded the same way.
      name: 'long row, log',
      inputs: { x: literal(Array.from({ length: 40_000 }, (_, i) => (i < 64 ? 10.3 : 0))) },
      attrs: { log: true },
      tolerance: 2e-6,
      smooth: false,
    },
    { name: 'no rows', inputs: { x: normal([0, 4]) } },
    { name: 'no columns', inputs: { x: normal([4, 0]) } },
  ],
  rejects: [
    {
      name: 'no axis',
      inputs: { x: normal([]) },
      message: 'softmax: x [... n] has shape []: expected 1 or more axes',
    },
    {
      name: 'half precision',
      inputs: { x: normal([2, 3], 1, 'f16') },
      message: 'softmax.x: got f16; expected f32',
    },
  ],
})
