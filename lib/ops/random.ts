import { badArgument } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { normal, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { dtypes } from '../tensor/dtype.ts'
import { formatShape } from '../tensor/shape.ts'
import { normalRow, philox, philoxKey } from './philox.ts'

/**
 * Random numbers that depend on (seed, stream, row, column) alone: y[row, col] is word col % 4 of Philox
 * 4x32-10 with the seed (a run scalar, 0 … 2^53 - 1) as key and the counter (col / 4, row, stream, 0).
 * uniform: the upper 24 bits over 2^24, in [0, 1). normal: Box-Muller, words 0 and 1 give two columns, words
 * 2 and 3 the next two. Give every use in a program a stream of its own. `like` [rows, cols] lends its shape
 * and its live count and is not read; without it `rows` and `cols` must be given.
 */
export const random = defineOp('random', {
  inputs: { like: { dims: 'rows cols', dtypes, layout: 'strided', optional: true } },
  attrs: {
    kind: attr.oneOf(['uniform', 'normal']),
    rows: attr.int(-1),
    cols: attr.int(-1),
    stream: attr.int(),
  },
  run: ['seed'],
  outputs: { y: { dims: 'rows cols' } },
  shape: ({ inputs: { like }, attrs }) => {
    const rows = attrs.rows === -1 && like ? like.shape[0]! : attrs.rows
    const cols = attrs.cols === -1 && like ? like.shape[1]! : attrs.cols
    if (rows < 0 || cols < 0) throw badArgument('random', `rows ${rows}, cols ${cols}`, 'counts of 0 or more')
    if (like && (like.shape[0] !== rows || like.shape[1] !== cols))
      throw badArgument('random.like', formatShape(like.shape), `[${rows}, ${cols}] as rows and cols say`)
    return { y: [rows, cols] }
  },
  gradient: () => ({}),
  reference: ({ attrs: { kind, stream }, run: { seed }, shapes }) => {
    const [rows, cols] = shapes.y as [number, number]
    const y = refTensor([rows, cols])
    const key = philoxKey(seed)
    for (let row = 0; row < rows; row++) {
      if (kind === 'normal') y.data.set(normalRow(key, stream >>> 0, row, cols), row * cols)
      else
        for (let col = 0; col < cols; col++)
          y.data[row * cols + col] = (philox([col >> 2, row, stream >>> 0, 0], key)[col % 4]! >>> 8) / 2 ** 24
    }
    return { y }
  },
  samples: [
    {
      name: 'uniform',
      inputs: {},
      attrs: { kind: 'uniform', rows: 5, cols: 77, stream: 3 },
      run: { seed: 2 ** 40 + 12345 },
      tolerance: 0,
    },
    {
      name: 'normal',
      inputs: {},
      attrs: { kind: 'normal', rows: 7, cols: 133, stream: -1 },
      run: { seed: 7 },
    },
    {
      name: 'like',
      inputs: { like: normal([6, 9]) },
      attrs: { kind: 'uniform', stream: 0 },
      run: { seed: 0 },
      tolerance: 0,
    },
    { name: 'nothing', inputs: {}, attrs: { kind: 'normal', rows: 0, cols: 4, stream: 0 }, run: { seed: 1 } },
  ],
  rejects: [
    {
      name: 'negative',
      inputs: {},
      attrs: { kind: 'normal', rows: -1, cols: 4, stream: 0 },
      message: 'counts of 0 or more',
    },
    {
      name: 'like of another shape',
      inputs: { like: normal([2, 3]) },
      attrs: { kind: 'normal', rows: 2, cols: 4, stream: 0 },
      message: '[2, 4] as rows and cols say',
    },
    {
      name: 'like with three axes',
      inputs: { like: normal([2, 3, 4]) },
      attrs: { kind: 'normal', rows: 2, cols: 3, stream: 0 },
      message: 'random: like [rows cols] has shape [2, 3, 4]',
    },
  ],
})
