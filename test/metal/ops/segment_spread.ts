import { integers, normal, offsetsOf } from '../../../lib/graph/samples.ts'
import { badData, indices } from '../bad_data.ts'
import { liveSequences } from '../live_sequences.ts'
import type { KernelCases } from './cases.ts'

const spread = (
  fn: 'copy' | 'mean' | 'last' | 'max',
  d: number,
  rows: number,
  ...lengths: readonly number[]
) => ({
  inputs: {
    x: normal([lengths.length, d]),
    offsets: offsetsOf(...lengths),
    like: normal([rows, 1]),
    ...(fn === 'max' ? { index: integers([lengths.length, d], -1, rows) } : {}),
  },
  attrs: { fn },
})
const wrong = (offsets: readonly number[], index: readonly number[], message: string) =>
  badData(
    'segment_spread',
    {
      x: normal([index.length, 1]),
      offsets: indices(...offsets),
      like: normal([8, 1]),
      index: { ...indices(...index), shape: [index.length, 1] },
    },
    message,
    { fn: 'max' },
  )

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', ...spread('copy', 131, 90, 40, 3, 0, 0, 30) },
    { name: 'divided', ...spread('mean', 3, 77, 33, 1, 0, 31) },
    { name: 'last rows', ...spread('last', 5, 77, 0, 16, 0, 17, 31, 1) },
    { name: 'where maxima are', ...spread('max', 5, 40, 10, 0, 25) },
    { name: 'no sequences', ...spread('copy', 3, 5) },
  ],
  traffic: [
    { sample: { name: 'copy', ...spread('copy', 259, 131, 60, 1, 0, 70) } },
    {
      sample: { name: 'maxima', ...spread('max', 260, 700, 300, 400) },
    },
  ],
  special: [
    ...(
      [
        [2, 1],
        [1, 4],
        [4, 4],
      ] as const
    ).map(([sequences, given]) =>
      liveSequences('segment_spread', spread('mean', 3, 20, 4, 6, 0, 8).inputs, sequences, given, {
        fn: 'mean',
      }),
    ),
    wrong([0, 5, 3], [1, 1], 'offsets[2] is 3; expected 5 … 8'),
    wrong([0, 9], [1], 'offsets[1] is 9; expected 0 … 8'),
    wrong([1, 8], [1], 'offsets[0] is 1; expected 0'),
    wrong([0, 4, 8], [3, 8], 'index[1] is 8; expected -1 … 7'),
    wrong([0, 4, 8], [-2, 7], 'index[0] is -2; expected -1 … 7'),
  ],
}
