import { integers, normal } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: { x: normal([3, 1, 1031]) } },
    { name: 'tall', inputs: { x: normal([67, 41]) } },
    { name: 'narrow', inputs: { x: normal([2053, 3]) } },
    { name: 'two bytes', inputs: { x: normal([3, 67, 41], 1, 'bf16') }, smooth: false },
    { name: 'one byte', inputs: { x: integers([67, 141], -128, 128, 'i8') } },
  ],
  traffic: [
    { sample: { name: 'floats', inputs: { x: normal([67, 515]) } }, layouts: ['plain', 'transposed'] },
    {
      sample: { name: 'bytes', inputs: { x: integers([128, 512], 0, 256, 'u8') } },
      layouts: ['plain', 'transposed'],
    },
    { sample: { name: 'narrow', inputs: { x: normal([4096, 3]) } }, layouts: ['plain', 'transposed'] },
  ],
}
