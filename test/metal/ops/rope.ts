import { integers, literal, normal, uniform } from '../../../lib/graph/samples.ts'
import { indices } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const turned = (rows: number, heads: number, d: number, half: number) => ({
  x: normal([rows, heads, d]),
  positions: integers([rows], 0, 16384),
  invFreq: uniform([half], 0, 1),
})

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: turned(19, 5, 131, 50) },
    { name: 'several groups, interleaved', inputs: turned(11, 9, 80, 40), attrs: { interleaved: true } },
    { name: 'no pairs', inputs: turned(3, 2, 5, 0) },
    {
      name: 'all quarters',
      inputs: {
        x: normal([8, 1, 4]),
        positions: indices(0, 1, 2, 3, 4, -1, -2, -3),
        invFreq: literal([1.5707963, 0.001]),
      },
    },
    {
      name: 'positions that no float has',
      inputs: {
        x: normal([3, 1, 4]),
        positions: indices(16777217, -33554435, 2000000001),
        invFreq: literal([0.004, 0.0001]),
      },
    },
  ],
  traffic: [
    { sample: { name: 'halves', inputs: turned(13, 8, 128, 64) } },
    { sample: { name: 'pairs', inputs: turned(13, 8, 128, 64), attrs: { interleaved: true } } },
  ],
}
