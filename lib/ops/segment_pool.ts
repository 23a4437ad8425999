import { defineOp } from '../graph/define.ts'
import { normal, offsetsOf, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { sequencesOf } from './packed.ts'
import { segmentSpread } from './segment_spread.ts'

/**
 * One row per packed sequence: the sum, mean, last row or elementwise maximum of its rows; zeros for an empty
 * sequence. x [rows, d]: f32; offsets [sequences+1]; y [sequences, d]. Of equal maxima the first row counts.
 * Saved index [sequences, d]: the row that each maximum is from; -1 for an empty sequence and other functions.
 */
export const segmentPool = defineOp('segment_pool', {
  inputs: {
    x: { dims: 'rows d', layout: 'rows' },
    offsets: { dims: 'sequences+1', dtypes: ['i32'] },
  },
  attrs: { fn: attr.oneOf(['sum', 'mean', 'last', 'max']) },
  outputs: { y: { dims: 'sequences d' } },
  saved: { index: { dims: 'sequences d', dtype: 'i32' } },
  gradient: ({ inputs: { x, offsets }, attrs: { fn }, saved, upstream }) => ({
    x: segmentSpread(
      { x: upstream.y!, offsets, like: x, index: fn === 'max' ? saved.index : null },
      { fn: fn === 'sum' ? 'copy' : fn },
    ),
  }),
  reference: ({ inputs: { x, offsets }, attrs: { fn } }) => {
    const d = x.shape[1]!
    const y = refTensor([offsets.shape[0]! - 1, d])
    const index = refTensor(y.shape)
    index.data.fill(-1)
    for (const { number, begin, end } of sequencesOf(offsets))
      for (let c = 0; c < d && end > begin; c++) {
        const at = number * d + c
        const value = (row: number) => x.data[row * d + c]!
        let sum = 0
        let best = begin
        for (let row = begin; row < end; row++) {
          sum += value(row)
          if (value(row) > value(best)) best = row
        }
        y.data[at] = { sum, mean: sum / (end - begin), last: value(end - 1), max: value(best) }[fn]
        if (fn === 'max') index.data[at] = best
      }
    return { y, index }
  },
  samples: [
    { name: 'sum', inputs: { x: normal([9, 19]), offsets: offsetsOf(4, 0, 1, 3) }, attrs: { fn: 'sum' } },
    { name: 'mean', inputs: { x: normal([200, 5]), offsets: offsetsOf(130, 70) }, attrs: { fn: 'mean' } },
    { name: 'last', inputs: { x: normal([9, 33]), offsets: offsetsOf(0, 4, 1) }, attrs: { fn: 'last' } },
    { name: 'max', inputs: { x: normal([9, 19]), offsets: offsetsOf(4, 0, 5) }, attrs: { fn: 'max' } },
    { name: 'no rows', inputs: { x: normal([0, 3]), offsets: offsetsOf(0, 0) }, attrs: { fn: 'mean' } },
    { name: 'no sequences', inputs: { x: normal([4, 3]), offsets: offsetsOf() }, attrs: { fn: 'sum' } },
  ],
  rejects: [
    {
      name: 'rank of x',
      inputs: { x: normal([9]), offsets: offsetsOf(9) },
      attrs: { fn: 'sum' },
      message: 'segment_pool: x [rows d]',
    },
    {
      name: 'rank of offsets',
      inputs: { x: normal([9, 2]), offsets: { ...offsetsOf(9), shape: [1, 2] } },
      attrs: { fn: 'sum' },
      message: 'segment_pool: offsets [sequences+1]',
    },
    {
      name: 'unknown function',
      inputs: { x: normal([9, 2]), offsets: offsetsOf(9) },
      attrs: { fn: 'median' as 'max' },
      message: 'sum | mean | last | max',
    },
  ],
})
