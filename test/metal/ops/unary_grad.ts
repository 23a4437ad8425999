import { literal, normal } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

const infinite = [Number.NEGATIVE_INFINITY, -1, 1, Number.POSITIVE_INFINITY, Number.NaN]
const sums = normal([67, 515])

export const cases: KernelCases = {
  larger: [
    {
      name: 'several groups',
      inputs: { x: normal([3, 1, 1031]), upstream: normal([3, 1, 1031]) },
      attrs: { fn: 'square' },
    },
    { name: 'tall', inputs: { x: normal([67, 41]), upstream: normal([67, 41]) }, attrs: { fn: 'silu' } },
    ...(['tanh', 'sigmoid', 'silu', 'gelu', 'gelu_tanh', 'softplus', 'erf', 'relu', 'abs'] as const).map(
      (fn) => ({
        name: `${fn}, infinite`,
        inputs: { x: literal(infinite), upstream: literal([2, 3, 4, 5, 6]) },
        attrs: { fn },
      }),
    ),
  ],
  traffic: [
    {
      sample: { name: 'silu', inputs: { x: sums, upstream: sums }, attrs: { fn: 'silu' } },
      layouts: ['plain', 'transposed'],
    },
  ],
}
