import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor } from '../graph/samples.ts'
import type { Value } from '../graph/value.ts'
import { broadcast } from '../tensor/shape.ts'
import { refExpand } from './expand.ts'
import { full } from './fill.ts'

const pick = (condition: Value, a: Value, b: Value): Value => select({ condition, a, b })

/** y = a where the condition is not 0, else b, with NumPy's broadcasting. All f32, any strides. */
export const select = defineOp('select', {
  inputs: { condition: { layout: 'strided' }, a: { layout: 'strided' }, b: { layout: 'strided' } },
  outputs: { y: {} },
  rule: 'broadcast',
  gradient: ({ inputs: { condition }, upstream, needs }) => ({
    a: needs.a ? pick(condition, upstream.y!, full([], 0)) : null,
    b: needs.b ? pick(condition, full([], 0), upstream.y!) : null,
  }),
  reference: ({ inputs: { condition, a, b } }) => {
    const shape = broadcast(broadcast(condition.shape, a.shape)!, b.shape)!
    const [c, yes, no] = [condition, a, b].map((t) => refExpand(t, shape).data) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    return {
      y: refTensor(
        shape,
        c.map((value, i) => (value !== 0 ? yes[i]! : no[i]!)),
      ),
    }
  },
  samples: [
    {
      name: 'mask of rows',
      inputs: { condition: literal([0, 1, -2, 0, 0.5], [5, 1]), a: normal([5, 19]), b: normal([19]) },
      smooth: false,
    },
    {
      name: 'special conditions',
      inputs: { condition: literal([0, -0, Number.NaN, 1e-42]), a: normal([4]), b: normal([]) },
      smooth: false,
    },
    { name: 'nothing', inputs: { condition: normal([0]), a: normal([0]), b: normal([0]) } },
  ],
  rejects: [
    {
      name: 'shapes',
      inputs: { condition: normal([2]), a: normal([3]), b: normal([2]) },
      message: 'select: a [3] does not broadcast with [2]',
    },
  ],
})
