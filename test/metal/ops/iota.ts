import type { KernelCases } from './cases.ts'

export const cases: KernelCases = {
  larger: [{ name: 'several groups', inputs: {}, attrs: { count: 2103 } }],
  traffic: [{ sample: { name: 'numbers', inputs: {}, attrs: { count: 2103 } } }],
}
