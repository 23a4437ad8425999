import { literal, normal, uniform } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

const places = (shape: readonly number[], value: number, at: number) => {
  const length = shape.reduce((a, b) => a * b, 1)
  return literal(
    Array.from({ length }, (_, i) => (i === at ? value : i % 7)),
    shape,
  )
}

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: { x: normal([131, 67]) }, attrs: { fn: 'sum', axes: 2 } },
    { name: 'columns', inputs: { x: normal([131, 67]) }, attrs: { fn: 'mean', axes: 1 } },
    { name: 'short rows', inputs: { x: normal([300, 9]) }, attrs: { fn: 'sum', axes: 2 } },
    { name: 'outer and inner', inputs: { x: normal([3, 40, 5, 6]) }, attrs: { fn: 'mean', axes: 0b1010 } },
    { name: 'pieces of pieces', inputs: { x: normal([65600, 1, 2]) }, attrs: { fn: 'mean', axes: 1 } },
    { name: 'pieces of rows', inputs: { x: normal([2, 40000]) }, attrs: { fn: 'sum', axes: 2 } },
    { name: 'max beyond a piece', inputs: { x: places([300, 3], 50, 895) }, attrs: { fn: 'max', axes: 1 } },
    { name: 'min beyond a piece', inputs: { x: places([300, 3], -50, 896) }, attrs: { fn: 'min', axes: 1 } },
    {
      name: 'NaN beyond a piece',
      inputs: { x: places([300, 3], Number.NaN, 2) },
      attrs: { fn: 'max', axes: 1 },
      smooth: false,
    },
  ],
  traffic: [
    {
      sample: { name: 'rows', inputs: { x: normal([67, 515]) }, attrs: { fn: 'sum', axes: 2 } },
      layouts: ['plain', 'transposed'],
    },
    {
      sample: { name: 'columns', inputs: { x: normal([515, 67]) }, attrs: { fn: 'max', axes: 1 } },
      layouts: ['plain', 'transposed'],
    },
    { sample: { name: 'all', inputs: { x: uniform([50, 999], 0, 1) }, attrs: { fn: 'mean', axes: 3 } } },
  ],
}
