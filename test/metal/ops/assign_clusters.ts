import { literal, normal } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

const many = { name: 'tiles', inputs: { x: normal([150, 37]), centroids: normal([131, 37]) } }

export const cases: KernelCases = {
  larger: [
    many,
    {
      name: 'nothing below infinity',
      inputs: {
        x: literal([NaN, Infinity, 1, 2], [4, 1]),
        centroids: literal([NaN, 1, 3], [3, 1]),
      },
      smooth: false,
    },
  ],
  traffic: [
    { sample: many, counted: 'distinct' },
    // Centroids once for each 64 rows.
    { sample: many, least: 4 * (150 * 37 + 3 * 131 * 37 + 2 * 150) },
  ],
}
