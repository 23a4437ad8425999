import { normal } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

const x = normal([67, 515])

export const cases: KernelCases = {
  larger: [
    {
      name: 'several groups',
      inputs: { x: normal([5, 1, 421]), with1: normal([7, 1]), with3: normal([5, 7, 421]) },
      attrs: { fn1: 'add', fn2: 'square', fn3: 'rsub' },
    },
    {
      name: 'tall',
      inputs: { x: normal([67, 41]), with2: normal([67, 1]) },
      attrs: { fn1: 'neg', fn2: 'mul' },
    },
  ],
  traffic: [
    {
      sample: {
        name: 'two operands',
        inputs: { x, with1: normal([67, 515]), with3: normal([67, 515]) },
        attrs: { fn1: 'mul', fn2: 'silu', fn3: 'add' },
      },
    },
    {
      sample: {
        name: 'a row and a column',
        inputs: { x, with1: normal([515]), with2: normal([67, 1]) },
        attrs: { fn1: 'mul', fn2: 'add' },
      },
    },
  ],
}
