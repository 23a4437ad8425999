import { badArgument } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { integers, normal, refTensor, uniform } from '../graph/samples.ts'
import { formatShape } from '../tensor/shape.ts'

/**
 * The nearest centroid of each row, ties to the lower index, and its squared Euclidean distance.
 * x: [rows, d], centroids: [k, d]; index: i32 [rows], distance: [rows]. Distances are sums of squared differences:
 * never negative, zero for equal rows, accurate far from the origin. A row whose distances are all NaN or infinite
 * goes to centroid 0.
 */
export const assignClusters = defineOp('assign_clusters', {
  inputs: { x: { dims: 'rows d', layout: 'rows' }, centroids: { dims: 'k d', layout: 'rows' } },
  outputs: { index: { dims: 'rows', dtype: 'i32' }, distance: { dims: 'rows' } },
  shape: ({ inputs: { centroids } }) => {
    if (centroids.shape[0] === 0)
      throw badArgument('assign_clusters.centroids', formatShape(centroids.shape), 'at least one centroid')
    return {}
  },
  reference: ({ inputs: { x, centroids } }) => {
    const [rows, d] = x.shape as [number, number]
    const k = centroids.shape[0]!
    const index = refTensor([rows])
    const distance = refTensor([rows])
    for (let r = 0; r < rows; r++) {
      const all = new Float64Array(k)
      for (let c = 0; c < k; c++)
        for (let i = 0; i < d; i++) all[c]! += (x.data[r * d + i]! - centroids.data[c * d + i]!) ** 2
      let best = Number.POSITIVE_INFINITY
      for (let c = 0; c < k; c++)
        if (all[c]! < best) {
          best = all[c]!
          index.data[r] = c
        }
      distance.data[r] = all[index.data[r]!]!
    }
    return { index, distance }
  },
  samples: [
    { name: 'several', inputs: { x: normal([50, 17]), centroids: normal([9, 17]) } },
    { name: 'one centroid', inputs: { x: normal([7, 5]), centroids: normal([1, 5]) } },
    { name: 'one row', inputs: { x: normal([1, 40]), centroids: normal([33, 40]) } },
    {
      name: 'far from the origin',
      inputs: { x: uniform([30, 8], 1000, 1001), centroids: uniform([19, 8], 1000, 1001) },
    },
    {
      name: 'ties and zeros',
      inputs: { x: integers([40, 2], 0, 3, 'f32'), centroids: integers([30, 2], 0, 3, 'f32') },
    },
    { name: 'many centroids', inputs: { x: normal([15, 3]), centroids: normal([1100, 3]) } },
    { name: 'two blocks of the sum', inputs: { x: normal([4, 300]), centroids: normal([5, 300]) } },
    { name: 'no rows', inputs: { x: normal([0, 3]), centroids: normal([2, 3]) } },
    { name: 'no axes to compare', inputs: { x: normal([3, 0]), centroids: normal([2, 0]) } },
  ],
  rejects: [
    {
      name: 'sizes',
      inputs: { x: normal([2, 3]), centroids: normal([2, 4]) },
      message: 'd is 4 here but 3 in x',
    },
    {
      name: 'no centroids',
      inputs: { x: normal([2, 3]), centroids: normal([0, 3]) },
      message: 'at least one centroid',
    },
    { name: 'x of one axis', inputs: { x: normal([3]), centroids: normal([2, 3]) }, message: 'x [rows d]' },
  ],
})
