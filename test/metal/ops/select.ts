import { integers, literal, normal } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

const [rows, cols] = [67, 515]
// Sectors of both sides are used.
const alternating = literal(
  Array.from({ length: rows * cols }, (_, i) => i % 2),
  [rows, cols],
)
const ofRows = integers([rows, 1], 0, 2, 'f32')
const [a, b] = [normal([rows, cols]), normal([rows, cols])]

export const cases: KernelCases = {
  larger: [
    {
      name: 'several groups',
      inputs: { condition: normal([5, 1, 421]), a: normal([7, 1]), b: normal([421]) },
    },
    {
      name: 'tall',
      inputs: { condition: integers([67, 41], 0, 2, 'f32'), a: normal([67, 41]), b: normal([]) },
    },
  ],
  traffic: [
    { sample: { name: 'all', inputs: { condition: alternating, a, b } } },
    { sample: { name: 'a mask', inputs: { condition: alternating, a, b: normal([]) } } },
    // Of each row a or b.
    { sample: { name: 'rows', inputs: { condition: ofRows, a, b } }, least: 4 * rows * (1 + 2 * cols) },
  ],
}
