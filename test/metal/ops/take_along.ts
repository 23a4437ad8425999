import { integers, literal, normal } from '../../../lib/graph/samples.ts'
import { badData } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const x = normal([2, 5])
const places = (...values: number[]) => literal(values, [2, values.length / 2], 'i32')
const [rows, n] = [67, 515]
// Each element of x once.
const permuted = literal(
  Array.from({ length: rows * n }, (_, i) => ((i % n) * 7) % n),
  [rows, n],
  'i32',
)

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: { x: normal([3, 19]), index: integers([3, 1031], 0, 19) } },
    { name: 'narrow', inputs: { x: normal([1500, 5]), index: integers([1500, 3], 0, 5) } },
  ],
  traffic: [
    { sample: { name: 'a permutation', inputs: { x: normal([rows, n]), index: permuted } } },
    { sample: { name: 'of few', inputs: { x: normal([1000, 8]), index: integers([1000, 4], 0, 8) } } },
  ],
  special: [
    badData('take_along', { x, index: places(0, 4, 5, 1, 7, 0) }, 'index[2] is 5; expected 0 … 4'),
    badData('take_along', { x, index: places(0, 4, 3, 1, -7, 9) }, 'index[4] is -7; expected 0 … 4'),
    badData('take_along', { x: normal([2, 0]), index: places(0, 0) }, 'index[0] is 0; expected 0 … -1'),
  ],
}
