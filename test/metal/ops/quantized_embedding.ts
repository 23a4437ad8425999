import { integers, literal, uniform } from '../../../lib/graph/samples.ts'
import { badData, indices } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const table = (vocab: number, d: number) => ({
  quants: integers([vocab, d], -128, 128, 'i8'),
  scales: uniform([vocab, d / 32], -0.01, 0.01, 'f16'),
})
// Each row of the table once.
const ids = literal(
  Array.from({ length: 67 }, (_, i) => (i * 5) % 67),
  [67],
  'i32',
)

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: { ...table(7, 1056), ids: integers([5], 0, 7) } },
    { name: 'narrow', inputs: { ...table(9, 32), ids: integers([1500], 0, 9) } },
  ],
  traffic: [{ sample: { name: 'q8_0', inputs: { ...table(67, 512), ids } } }],
  special: [
    badData(
      'quantized_embedding',
      { ...table(5, 32), ids: indices(0, 5, 1, 9) },
      'ids[1] is 5; expected 0 … 4',
    ),
    badData(
      'quantized_embedding',
      { ...table(5, 32), ids: indices(0, 4, -1) },
      'ids[2] is -1; expected 0 … 4',
    ),
    badData('quantized_embedding', { ...table(0, 32), ids: indices(0) }, 'ids[0] is 0; expected 0 … -1'),
  ],
}
