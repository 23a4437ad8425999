import { integers, normal, offsetsOf } from '../../../lib/graph/samples.ts'
import { indices } from '../bad_data.ts'
import { packedSequences } from '../packed_sequences.ts'
import type { KernelCases } from './cases.ts'

const threeExperts = {
  x: normal([8, 5]),
  weight: normal([3, 5, 4]),
  bias: normal([3, 5]),
  upstream: normal([8, 5]),
}
const fourSequences = {
  ...threeExperts,
  offsets: offsetsOf(2, 3, 0, 3),
  expert: indices(2, 1, 1, 2),
  state: normal([4, 5, 3]),
}
const op = 'causal_conv1d_grad'

export const cases: KernelCases = {
  larger: [
    {
      name: 'several chunks',
      inputs: {
        x: normal([337, 67]),
        weight: normal([67, 4]),
        bias: normal([67]),
        offsets: offsetsOf(1, 65, 0, 64, 130, 2, 70),
        state: normal([7, 67, 3]),
        upstream: normal([337, 67]),
      },
      attrs: { activation: 'silu' },
    },
    {
      name: 'short sequences, rows outside',
      inputs: {
        x: normal([60, 5]),
        weight: normal([2, 5, 16]),
        offsets: offsetsOf(...Array.from({ length: 29 }, (_, i) => (i * 7) % 4)),
        expert: integers([29], 0, 2),
        state: normal([29, 5, 15]),
        upstream: normal([60, 5]),
      },
    },
    {
      name: 'no sequences, rows outside',
      inputs: { x: normal([70, 3]), weight: normal([3, 2]), offsets: indices(0), upstream: normal([70, 3]) },
    },
  ],
  traffic: [
    {
      sample: {
        name: 'long',
        inputs: {
          x: normal([516, 200]),
          weight: normal([200, 4]),
          bias: normal([200]),
          offsets: offsetsOf(516),
          upstream: normal([516, 200]),
        },
        attrs: { activation: 'silu' },
      },
    },
  ],
  special: [...packedSequences(op, threeExperts, fourSequences)],
}
