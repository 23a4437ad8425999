import { badData } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const ofShape = (rows: number, cols: number, kind: 'uniform' | 'normal') => ({
  inputs: {},
  attrs: { kind, rows, cols, stream: 5 },
  run: { seed: 2 ** 52 + 2 ** 31 + 7 },
})

const outside = (seed: number, told: string) =>
  badData(
    'random',
    {},
    `seed is ${told}; expected 0 ... 2^53 - 1`,
    { kind: 'uniform', rows: 2, cols: 2, stream: 0 },
    { seed },
  )

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', ...ofShape(3, 4103, 'uniform'), tolerance: 0 },
    { name: 'many rows', ...ofShape(1031, 6, 'uniform'), tolerance: 0 },
    { name: 'many normal numbers', ...ofShape(67, 515, 'normal') },
  ],
  traffic: [
    { sample: { name: 'uniform', ...ofShape(67, 515, 'uniform') } },
    { sample: { name: 'narrow', ...ofShape(1031, 6, 'normal') } },
  ],
  special: [outside(-1, '-1'), outside(2 ** 53, '9.0072e+15')],
}
