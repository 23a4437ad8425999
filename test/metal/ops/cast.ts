import { integers, literal, normal } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: { x: normal([3, 1, 1031]) }, attrs: { to: 'bf16' }, smooth: false },
    {
      name: 'tall',
      inputs: { x: integers([67, 41], -128, 128, 'i8') },
      attrs: { to: 'f16' },
      smooth: false,
    },
    {
      name: 'beyond the types',
      inputs: { x: literal([300, -300, 65535, 70000, -1e9, 2147483520, -2147483648, 127.99]) },
      attrs: { to: 'i32' },
      smooth: false,
    },
  ],
  traffic: [
    {
      sample: { name: 'to bf16', inputs: { x: normal([67, 515]) }, attrs: { to: 'bf16' } },
      layouts: ['plain', 'transposed'],
    },
    {
      sample: { name: 'from bytes', inputs: { x: integers([67, 515], 0, 256, 'u8') }, attrs: { to: 'f32' } },
    },
  ],
}
