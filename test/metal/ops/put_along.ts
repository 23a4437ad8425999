import { integers, literal, normal } from '../../../lib/graph/samples.ts'
import { badData } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const x = normal([2, 3])
const places = (...values: number[]) => literal(values, [2, 3], 'i32')

export const cases: KernelCases = {
  larger: [
    {
      name: 'several groups',
      inputs: { x: normal([19, 5]), index: integers([19, 5], 0, 1031) },
      attrs: { size: 1031 },
    },
    {
      name: 'many duplicates',
      inputs: { x: normal([3, 205]), index: integers([3, 205], 0, 19) },
      attrs: { size: 19 },
    },
  ],
  traffic: [
    {
      sample: {
        name: 'few of many',
        inputs: { x: normal([67, 5]), index: integers([67, 5], 0, 515) },
        attrs: { size: 515 },
      },
    },
    {
      sample: {
        name: 'many of few',
        inputs: { x: normal([67, 131]), index: integers([67, 131], 0, 8) },
        attrs: { size: 8 },
      },
    },
  ],
  special: [
    badData('put_along', { x, index: places(0, 4, 5, 1, 7, 0) }, 'index[2] is 5; expected 0 … 4', {
      size: 5,
    }),
    badData('put_along', { x, index: places(0, 4, 3, 1, -7, 9) }, 'index[4] is -7; expected 0 … 4', {
      size: 5,
    }),
    badData('put_along', { x, index: places(0, 0, 0, 0, 0, 0) }, 'index[0] is 0; expected 0 … -1', {
      size: 0,
    }),
  ],
}
