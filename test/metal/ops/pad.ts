import { normal } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: { x: normal([5, 1031]) }, attrs: { axis: 1, before: 37, after: 2 } },
    { name: 'first of four', inputs: { x: normal([2, 3, 5, 7]) }, attrs: { axis: 0, before: 1, after: 2 } },
    { name: 'second of four', inputs: { x: normal([2, 3, 5, 7]) }, attrs: { axis: 1, before: 2, after: 1 } },
    { name: 'third of four', inputs: { x: normal([4, 3, 5, 17]) }, attrs: { axis: 2, before: 1, after: 1 } },
    { name: 'one axis', inputs: { x: normal([5]) }, attrs: { axis: 0, before: 2, after: 3 } },
    { name: 'nothing to begin with', inputs: { x: normal([3, 0]) }, attrs: { axis: 1, before: 2, after: 3 } },
    { name: 'no rows', inputs: { x: normal([0, 3]) }, attrs: { axis: 1, before: 2, after: 0 } },
  ],
  traffic: [
    {
      sample: {
        name: 'columns',
        inputs: { x: normal([67, 515]) },
        attrs: { axis: 1, before: 5, after: 100 },
      },
      layouts: ['plain', 'transposed'],
    },
    { sample: { name: 'rows', inputs: { x: normal([67, 515]) }, attrs: { axis: 0, before: 50, after: 1 } } },
  ],
}
