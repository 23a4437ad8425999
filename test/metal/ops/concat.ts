import { integers, normal } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

const columns = { x0: normal([67, 512]), x1: normal([67, 131]), x2: normal([67, 5]) }

export const cases: KernelCases = {
  larger: [
    {
      name: 'several groups',
      inputs: { x0: normal([3, 2, 421]), x3: normal([3, 5, 421]), x7: normal([3, 1, 421]) },
      attrs: { axis: 1 },
    },
    {
      name: 'each input',
      inputs: Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7].map((i) => [`x${i}`, normal([67, i + 1])])),
      attrs: { axis: 1 },
    },
    {
      name: 'one byte',
      inputs: { x0: integers([67, 41], -9, 9, 'i8'), x1: integers([67, 300], -9, 9, 'i8') },
      attrs: { axis: 1 },
    },
    {
      name: 'two bytes',
      inputs: { x0: normal([67, 41], 1, 'f16'), x1: normal([3, 41], 1, 'f16') },
      attrs: { axis: 0 },
      smooth: false,
    },
  ],
  traffic: [
    { sample: { name: 'columns', inputs: columns, attrs: { axis: 1 } }, layouts: ['plain', 'transposed'] },
    { sample: { name: 'rows', inputs: { x0: normal([67, 131]), x1: normal([5, 131]) }, attrs: { axis: 0 } } },
  ],
}
