import { integers, normal, offsetsOf } from '../../../lib/graph/samples.ts'
import { badData, indices } from '../bad_data.ts'
import { packedSequences } from '../packed_sequences.ts'
import type { KernelCases } from './cases.ts'

const threeExperts = { x: normal([8, 5]), weight: normal([3, 5, 4]), bias: normal([3, 5]) }
const fourSequences = {
  ...threeExperts,
  offsets: offsetsOf(2, 3, 0, 3),
  expert: indices(2, 1, 1, 2),
  state: normal([4, 5, 3]),
}
/** Sequences of a row each, with some that have none. */
const decoding = [...Array.from({ length: 37 }, (_, i) => Number(i % 5 !== 3))]

export const cases: KernelCases = {
  larger: [
    {
      name: 'decoding',
      inputs: {
        x: normal([30, 70]),
        weight: normal([2, 70, 4]),
        bias: normal([2, 70]),
        offsets: offsetsOf(...decoding),
        expert: integers([37], 0, 2),
        state: normal([37, 70, 3]),
      },
      attrs: { activation: 'silu' },
    },
    {
      name: 'many taps, rows outside',
      inputs: {
        x: normal([150, 67]),
        weight: normal([67, 16]),
        offsets: offsetsOf(3, 17, 70, 50),
        state: normal([4, 67, 15]),
      },
    },
    {
      name: 'no sequences, rows outside',
      inputs: { x: normal([70, 3]), weight: normal([3, 2]), offsets: indices(0) },
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
        },
        attrs: { activation: 'silu' },
      },
    },
    {
      sample: {
        name: 'decoding',
        inputs: {
          x: normal([32, 128]),
          weight: normal([128, 4]),
          offsets: offsetsOf(...Array.from({ length: 32 }, () => 1)),
          state: normal([32, 128, 3]),
        },
      },
    },
  ],
  special: [
    ...packedSequences('causal_conv1d', threeExperts, fourSequences),
    badData(
      'causal_conv1d',
      { ...threeExperts, offsets: offsetsOf(3, 5), expert: indices(1, -1) },
      'expert[1] is -1; expected 0 … 2',
    ),
    badData(
      'causal_conv1d',
      { ...threeExperts, offsets: indices(0, 6, 2, 8), expert: indices(0, 1, 2) },
      'offsets[2] is 2; expected 6 … 8',
    ),
    badData(
      'causal_conv1d',
      { x: normal([3, 2]), weight: normal([2, 2]), offsets: indices(2) },
      'offsets[0] is 2; expected 0',
    ),
  ],
}
