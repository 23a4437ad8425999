import { normal, uniform } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

const rowsOf = (rows: number, n: number) => ({ y: uniform([rows, n], 0, 1 / n), upstream: normal([rows, n]) })

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: rowsOf(19, 515) },
    { name: 'long rows', inputs: rowsOf(3, 1027) },
    { name: 'beyond registers', inputs: rowsOf(2, 4103), attrs: { log: true } },
  ],
  traffic: [
    { sample: { name: 'gradient', inputs: rowsOf(67, 515) } },
    { sample: { name: 'long rows', inputs: rowsOf(3, 5003) } },
  ],
}
