import type { KernelCases } from './cases.ts'

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: {}, attrs: { value: -7, dtype: 'i8', count: 2103 } },
    { name: 'large', inputs: {}, attrs: { value: 2147483520, dtype: 'i32', count: 3 } },
    { name: 'least of all', inputs: {}, attrs: { value: -2147483648, dtype: 'i32', count: 3 } },
  ],
  traffic: [
    { sample: { name: 'floats', inputs: {}, attrs: { value: 1, dtype: 'f32', count: 2103 } } },
    { sample: { name: 'bytes', inputs: {}, attrs: { value: 1, dtype: 'u8', count: 2112 } } },
  ],
}
