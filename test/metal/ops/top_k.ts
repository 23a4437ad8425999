import { integers, literal, normal } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

export const cases: KernelCases = {
  larger: [
    { name: 'several short rows', inputs: { x: normal([19, 511]) }, attrs: { k: 32 } },
    { name: 'short rows, many results', inputs: { x: normal([3, 100]) }, attrs: { k: 33 } },
    { name: 'longer rows', inputs: { x: normal([3, 1031]) }, attrs: { k: 5 } },
    { name: 'ties in longer rows', inputs: { x: integers([2, 2100], 0, 4, 'f32') }, attrs: { k: 700 } },
    {
      name: 'little but ties',
      inputs: { x: literal(Array.from({ length: 4500 }, (_, i) => (i === 4100 ? Number.NaN : -Infinity))) },
      attrs: { k: 2047 },
    },
    { name: 'pieces', inputs: { x: normal([2, 17011]) }, attrs: { k: 7 } },
    { name: 'ties in pieces', inputs: { x: integers([24601], 0, 3, 'f32') }, attrs: { k: 128 } },
    { name: 'more than are sorted at once', inputs: { x: normal([2, 4500]) }, attrs: { k: 2049 } },
    { name: 'long and sorted', inputs: { x: normal([9001]) }, attrs: { k: 9001 } },
  ],
  traffic: [
    { sample: { name: 'short rows', inputs: { x: normal([67, 509]) }, attrs: { k: 8 } } },
    { sample: { name: 'a row each', inputs: { x: normal([5, 5003]) }, attrs: { k: 50 } } },
    { sample: { name: 'pieces', inputs: { x: normal([2, 20011]) }, attrs: { k: 50 } } },
  ],
}
