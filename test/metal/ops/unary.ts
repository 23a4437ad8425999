import { normal } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: { x: normal([3, 1, 1031]) }, attrs: { fn: 'square' } },
    { name: 'tall', inputs: { x: normal([67, 41]) }, attrs: { fn: 'neg' } },
  ],
  traffic: [
    {
      sample: { name: 'silu', inputs: { x: normal([67, 515]) }, attrs: { fn: 'silu' } },
      layouts: ['plain', 'transposed'],
    },
  ],
}
