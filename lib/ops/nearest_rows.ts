import { defineOp } from '../graph/define.ts'
import { integers, literal, normal, refTensor, uniform } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { checkK, largest } from './top_k.ts'

/**
 * The k rows with the largest dot products with each query: largest first, ties to the lower index, NaN last.
 * queries: [q, d], rows: [n, d], where `scales` gives a factor per row (of quantised rows): [n]; scores and
 * indices: [q, k]. The matrix of all scores is never stored.
 */
export const nearestRows = defineOp('nearest_rows', {
  inputs: {
    queries: { dims: 'q d', layout: 'rows' },
    rows: { dims: 'n d', dtypes: ['f32', 'bf16', 'f16', 'i8'], layout: 'rows' },
    scales: { dims: 'n', optional: true },
  },
  attrs: { k: attr.int() },
  outputs: { scores: { dims: 'q k' }, indices: { dims: 'q k', dtype: 'i32' } },
  shape: ({ inputs: { queries, rows }, attrs: { k } }) => {
    checkK('nearest_rows', k, rows.shape[0]!, 'rows')
    return { scores: [queries.shape[0]!, k], indices: [queries.shape[0]!, k] }
  },
  reference: ({ inputs: { queries, rows, scales }, attrs: { k } }) => {
    const [q, d] = queries.shape as [number, number]
    const n = rows.shape[0]!
    const scores = refTensor([q, k])
    const indices = refTensor([q, k])
    for (let i = 0; i < q; i++) {
      const all = new Float64Array(n)
      for (let r = 0; r < n; r++) {
        for (let c = 0; c < d; c++) all[r]! += queries.data[i * d + c]! * rows.data[r * d + c]!
        if (scales) all[r]! *= scales.data[r]!
      }
      largest(all, k).forEach((index, at) => {
        scores.data[i * k + at] = all[index]!
        indices.data[i * k + at] = index
      })
    }
    return { scores, indices }
  },
  samples: [
    {
      name: 'several queries',
      inputs: { queries: normal([5, 33]), rows: normal([150, 33]) },
      attrs: { k: 10 },
    },
    { name: 'one query', inputs: { queries: normal([1, 20]), rows: normal([300, 20]) }, attrs: { k: 3 } },
    {
      name: 'more than a block of queries',
      inputs: { queries: normal([70, 8]), rows: normal([40, 8]) },
      attrs: { k: 4 },
    },
    { name: 'all rows', inputs: { queries: normal([2, 300]), rows: normal([17, 300]) }, attrs: { k: 17 } },
    { name: 'one row', inputs: { queries: normal([3, 7]), rows: normal([1, 7]) }, attrs: { k: 1 } },
    {
      name: 'ties',
      inputs: { queries: integers([3, 2], -1, 2, 'f32'), rows: integers([200, 2], -1, 2, 'f32') },
      attrs: { k: 60 },
    },
    {
      name: 'NaN',
      inputs: {
        queries: literal([1, -1], [2, 1]),
        rows: literal([NaN, 1, NaN, -Infinity, Infinity, 0], [6, 1]),
      },
      attrs: { k: 6 },
    },
    {
      name: 'bf16 rows',
      inputs: { queries: normal([4, 50]), rows: normal([90, 50], 1, 'bf16') },
      attrs: { k: 6 },
    },
    {
      name: 'f16 rows',
      inputs: { queries: normal([4, 19]), rows: normal([90, 19], 1, 'f16') },
      attrs: { k: 6 },
    },
    {
      name: 'i8 rows',
      inputs: {
        queries: normal([3, 45]),
        rows: integers([77, 45], -127, 128, 'i8'),
        scales: uniform([77], 0.001, 0.02),
      },
      attrs: { k: 9 },
    },
    {
      name: 'i8 rows, no scales',
      inputs: { queries: normal([1, 12]), rows: integers([70, 12], -9, 9, 'i8') },
      attrs: { k: 2 },
    },
    { name: 'no queries', inputs: { queries: normal([0, 4]), rows: normal([5, 4]) }, attrs: { k: 2 } },
  ],
  rejects: [
    {
      name: 'k above n',
      inputs: { queries: normal([2, 3]), rows: normal([4, 3]) },
      attrs: { k: 5 },
      message: 'nearest_rows.k: got 5; expected 1 … 4, the number of rows',
    },
    {
      name: 'sizes',
      inputs: { queries: normal([2, 3]), rows: normal([4, 5]) },
      attrs: { k: 1 },
      message: 'd is 5 here but 3 in queries',
    },
    {
      name: 'scales',
      inputs: { queries: normal([2, 3]), rows: normal([4, 3]), scales: normal([3]) },
      attrs: { k: 1 },
      message: 'n is 3 here but 4 in rows',
    },
    {
      name: 'one query without its axis',
      inputs: { queries: normal([3]), rows: normal([4, 3]) },
      attrs: { k: 1 },
      message: 'queries [q d]',
    },
  ],
})
