import { badArgument } from '../core/errors.ts'
import { callView, defineOp } from '../graph/define.ts'
import { normal, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { formatShape, rowMajor } from '../tensor/shape.ts'

/** Zeros before and after x along one axis. x: f32, any strides. The gradient of a slice. */
export const pad = defineOp('pad', {
  inputs: { x: { layout: 'strided' } },
  attrs: { axis: attr.int(), before: attr.int(), after: attr.int() },
  outputs: { y: {} },
  rule: 'pad',
  shape: ({ inputs: { x }, attrs: { axis, before, after } }) => {
    if (axis < 0 || axis >= x.shape.length)
      throw badArgument('pad.axis', String(axis), `an axis of ${formatShape(x.shape)}`)
    if (before < 0 || after < 0) throw badArgument('pad', `${before}, ${after}`, 'counts of 0 or more')
    if (axis === 0 && x.live && before + after > 0)
      throw badArgument('pad.axis', '0', 'another axis: axis 0 has a live count')
    return { y: x.shape.map((d, i) => (i === axis ? d + before + after : d)) }
  },
  gradient: ({ inputs, attrs, upstream }) => ({
    x: callView('slice', upstream.y!, {
      axis: attrs.axis,
      begin: attrs.before,
      end: attrs.before + inputs.x.shape[attrs.axis]!,
    }),
  }),
  reference: ({ inputs: { x }, attrs: { axis, before, after } }) => {
    const shape = x.shape.map((d, i) => (i === axis ? d + before + after : d))
    const y = refTensor(shape)
    const inner = rowMajor(x.shape)[axis]!
    const run = x.shape[axis]! * inner
    for (let o = 0; o < x.data.length / (run || 1); o++)
      y.data.set(x.data.subarray(o * run, (o + 1) * run), o * shape[axis]! * inner + before * inner)
    return { y }
  },
  samples: [
    { name: 'rows', inputs: { x: normal([5, 7]) }, attrs: { axis: 0, before: 2, after: 1 } },
    { name: 'middle axis', inputs: { x: normal([2, 3, 5]) }, attrs: { axis: 1, before: 0, after: 4 } },
    { name: 'last axis', inputs: { x: normal([4, 1]) }, attrs: { axis: 1, before: 3, after: 0 } },
  ],
  rejects: [
    {
      name: 'no such axis',
      inputs: { x: normal([5]) },
      attrs: { axis: 1, before: 1, after: 1 },
      message: 'an axis of [5]',
    },
    {
      name: 'negative',
      inputs: { x: normal([5]) },
      attrs: { axis: 0, before: -1, after: 1 },
      message: 'counts of 0 or more',
    },
  ],
})
