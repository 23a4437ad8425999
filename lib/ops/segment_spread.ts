import { badArgument, VmmError } from '../core/errors.ts'
import { callOp, defineOp } from '../graph/define.ts'
import { literal, normal, offsetsOf, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { dtypes } from '../tensor/dtype.ts'
import { sequencesOf } from './packed.ts'

/**
 * The row of each sequence given to its packed rows: to all of them (copy), divided by their number (mean), to
 * the last alone, or element by element to the row that `index` names (max). Other rows are zero.
 * x [sequences, d]: f32; offsets [sequences+1]; index [sequences, d] of segment_pool, for fn max alone; y [rows, d].
 * `like` [rows, …] is never read: it says how many rows there are and how many of them are live.
 */
export const segmentSpread = defineOp('segment_spread', {
  inputs: {
    x: { dims: 'sequences d', layout: 'rows' },
    offsets: { dims: 'sequences+1', dtypes: ['i32'] },
    like: { dims: 'rows width', dtypes, layout: 'strided' },
    index: { dims: 'sequences d', dtypes: ['i32'], optional: true },
  },
  attrs: { fn: attr.oneOf(['copy', 'mean', 'last', 'max']) },
  outputs: { y: { dims: 'rows d' } },
  shape: ({ inputs: { index }, attrs: { fn } }) => {
    if ((fn === 'max') !== (index !== null))
      throw badArgument('segment_spread.index', index ? 'a tensor' : 'null', 'a tensor for fn max, else null')
    return {}
  },
  gradient: ({ inputs: { offsets }, attrs: { fn }, upstream }) => {
    if (fn === 'max') throw new VmmError('UNSUPPORTED', 'segment_spread: fn max has no gradient')
    return { x: callOp('segment_pool', { x: upstream.y!, offsets }, { fn: fn === 'copy' ? 'sum' : fn }) }
  },
  reference: ({ inputs: { x, offsets, like, index }, attrs: { fn } }) => {
    const d = x.shape[1]!
    const y = refTensor([like.shape[0]!, d])
    for (const { number, begin, end } of sequencesOf(offsets))
      for (let c = 0; c < d; c++) {
        const value = x.data[number * d + c]!
        for (let row = begin; row < end; row++) {
          const chosen = {
            copy: true,
            mean: true,
            last: row === end - 1,
            max: row === index?.data[number * d + c],
          }[fn]
          if (chosen) y.data[row * d + c] = fn === 'mean' ? value / (end - begin) : value
        }
      }
    return { y }
  },
  samples: [
    {
      name: 'copy',
      inputs: { x: normal([4, 19]), offsets: offsetsOf(4, 0, 1, 3), like: normal([9, 2]) },
      attrs: { fn: 'copy' },
    },
    {
      name: 'mean',
      inputs: { x: normal([2, 5]), offsets: offsetsOf(130, 70), like: normal([200, 1]) },
      attrs: { fn: 'mean' },
    },
    {
      name: 'last',
      inputs: { x: normal([3, 33]), offsets: offsetsOf(0, 4, 1), like: normal([9, 1]) },
      attrs: { fn: 'last' },
    },
    {
      name: 'max',
      inputs: {
        x: normal([3, 2]),
        offsets: offsetsOf(4, 0, 2),
        like: normal([7, 1]),
        index: literal([3, 0, -1, -1, 4, 4], [3, 2], 'i32'),
      },
      attrs: { fn: 'max' },
      smooth: false,
    },
    {
      name: 'no rows',
      inputs: { x: normal([2, 3]), offsets: offsetsOf(0, 0), like: normal([0, 3]) },
      attrs: { fn: 'copy' },
    },
  ],
  rejects: [
    {
      name: 'sequences',
      inputs: { x: normal([3, 2]), offsets: offsetsOf(4, 2), like: normal([7, 1]) },
      attrs: { fn: 'copy' },
      message: 'sequences is 2 here but 3 in x',
    },
    {
      name: 'rank of x',
      inputs: { x: normal([3]), offsets: offsetsOf(1, 1, 1), like: normal([7, 1]) },
      attrs: { fn: 'copy' },
      message: 'segment_spread: x [sequences d]',
    },
    {
      name: 'rank of like',
      inputs: { x: normal([1, 2]), offsets: offsetsOf(4), like: normal([7]) },
      attrs: { fn: 'copy' },
      message: 'segment_spread: like [rows width]',
    },
    {
      name: 'max without index',
      inputs: { x: normal([1, 2]), offsets: offsetsOf(4), like: normal([7, 1]) },
      attrs: { fn: 'max' },
      message: 'a tensor for fn max, else null',
    },
  ],
})
