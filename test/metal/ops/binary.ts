import { normal } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

const a = normal([67, 515])

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: { a: normal([5, 1, 421]), b: normal([7, 1]) }, attrs: { fn: 'add' } },
  ],
  traffic: [
    { sample: { name: 'add', inputs: { a, b: normal([67, 515]) }, attrs: { fn: 'add' } } },
    { sample: { name: 'a row', inputs: { a, b: normal([515]) }, attrs: { fn: 'mul' } } },
    { sample: { name: 'a column', inputs: { a, b: normal([67, 1]) }, attrs: { fn: 'mul' } } },
  ],
}
