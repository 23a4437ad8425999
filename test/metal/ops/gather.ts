import { integers, literal, normal } from '../../../lib/graph/samples.ts'
import { badData, indices } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const x = normal([5, 33])
// Each row of x once.
const index = literal(
  Array.from({ length: 67 }, (_, i) => (i * 5) % 67),
  [67],
  'i32',
)

export const cases: KernelCases = {
  larger: [
    {
      name: 'several groups',
      inputs: { x: normal([7, 1031], 1, 'f16'), index: integers([5], 0, 7) },
      smooth: false,
    },
    { name: 'narrow', inputs: { x: normal([9, 3]), index: integers([1500], 0, 9) } },
    { name: 'one byte', inputs: { x: integers([6, 300], -9, 9, 'i8'), index: integers([37], 0, 6) } },
  ],
  traffic: [
    { sample: { name: 'floats', inputs: { x: normal([67, 515]), index } } },
    { sample: { name: 'bytes', inputs: { x: integers([67, 512], 0, 256, 'u8'), index } } },
  ],
  special: [
    badData('gather', { x, index: indices(0, 5, 1, 9) }, 'index[1] is 5; expected 0 … 4'),
    badData('gather', { x, index: indices(0, 4, -1) }, 'index[2] is -1; expected 0 … 4'),
    badData('gather', { x: normal([0, 33]), index: indices(0) }, 'index[0] is 0; expected 0 … -1'),
  ],
}
