import { badArgument } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'

/** y[i] = i as i32, i < count. */
export const iota = defineOp('iota', {
  inputs: {},
  attrs: { count: attr.int() },
  outputs: { y: { dims: 'count', dtype: 'i32' } },
  shape: ({ attrs: { count } }) => {
    if (count < 0) throw badArgument('iota.count', String(count), 'a count of 0 or more')
    return { y: [count] }
  },
  reference: ({ attrs: { count } }) => ({
    y: refTensor(
      [count],
      Float64Array.from({ length: count }, (_, i) => i),
    ),
  }),
  samples: [
    { name: 'some', inputs: {}, attrs: { count: 37 } },
    { name: 'nothing', inputs: {}, attrs: { count: 0 } },
  ],
  rejects: [{ name: 'negative', inputs: {}, attrs: { count: -3 }, message: 'iota.count: got -3' }],
})
