import { normal } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: { weight: normal([67, 141]) } },
    { name: 'several groups of pairs', inputs: { weight: normal([39, 131], 1, 'bf16') } },
    { name: 'several groups of f16', inputs: { weight: normal([64, 129], 1, 'f16') } },
  ],
  traffic: [
    {
      sample: { name: 'f32', inputs: { weight: normal([128, 250]) } },
      layouts: ['plain', 'transposed'],
    },
    {
      sample: { name: 'bf16', inputs: { weight: normal([128, 256], 1, 'bf16') } },
      layouts: ['plain', 'transposed'],
    },
    { sample: { name: 'f16', inputs: { weight: normal([128, 256], 1, 'f16') } } },
  ],
}
