import { integers, literal, normal } from '../../../lib/graph/samples.ts'
import { badData, indices } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const table = normal([5, 33])
// Each row of the table once.
const ids = literal(
  Array.from({ length: 67 }, (_, i) => (i * 5) % 67),
  [67],
  'i32',
)

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: { table: normal([7, 1031], 1, 'bf16'), ids: integers([5], 0, 7) } },
    { name: 'narrow', inputs: { table: normal([9, 3]), ids: integers([1500], 0, 9) } },
  ],
  traffic: [
    { sample: { name: 'f32', inputs: { table: normal([67, 515]), ids } } },
    { sample: { name: 'bf16', inputs: { table: normal([67, 515], 1, 'bf16'), ids } } },
  ],
  special: [
    badData('embedding', { table, ids: indices(0, 5, 1, 9) }, 'ids[1] is 5; expected 0 … 4'),
    badData('embedding', { table, ids: indices(0, 4, -1) }, 'ids[2] is -1; expected 0 … 4'),
    badData('embedding', { table: normal([0, 33]), ids: indices(0) }, 'ids[0] is 0; expected 0 … -1'),
  ],
}
