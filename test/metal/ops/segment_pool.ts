import { literal, normal, offsetsOf, uniform } from '../../../lib/graph/samples.ts'
import { badData, indices } from '../bad_data.ts'
import { liveSequences } from '../live_sequences.ts'
import type { KernelCases } from './cases.ts'

const pool = (fn: 'sum' | 'mean' | 'last' | 'max', d: number, ...lengths: readonly number[]) => ({
  inputs: { x: normal([lengths.reduce((a, b) => a + b, 0), d]), offsets: offsetsOf(...lengths) },
  attrs: { fn },
})
const lengths = [65, 130, 0, 1, 64, 100, 66, 63, 65, 129, 62, 200]
const wrong = (fn: 'sum' | 'max', offsets: readonly number[], message: string) =>
  badData('segment_pool', { x: normal([8, 3]), offsets: indices(...offsets) }, message, { fn })

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', ...pool('sum', 131, 70, 3, 0, 140) },
    { name: 'pieces that begin anywhere', ...pool('mean', 3, ...lengths) },
    { name: 'pieces that begin at a block', ...pool('sum', 2, 64, 65, 63, 64, 192, 65) },
    {
      name: 'a long sum',
      inputs: { x: uniform([6000, 1], 0, 1), offsets: offsetsOf(6000) },
      attrs: { fn: 'sum' },
      tolerance: 4e-7,
    },
    { name: 'largest of pieces', ...pool('max', 3, ...lengths) },
    {
      name: 'equal and undefined numbers',
      inputs: {
        x: literal(
          Array.from({ length: 200 }, (_, i) => ([64, 70, 130].includes(i) ? Number.NaN : i % 125)),
          [200, 1],
        ),
        offsets: offsetsOf(130, 70),
      },
      attrs: { fn: 'max' },
      smooth: false,
    },
    {
      name: 'rows in no sequence',
      inputs: { x: normal([300, 3]), offsets: offsetsOf(70, 66) },
      attrs: { fn: 'sum' },
    },
  ],
  survivors: [
    {
      code: 'if (col >= d || piece.begin >= piece.end) return;',
      what: 'piece . begin >= piece . end is false',
      why: 'nobody reads what would be written where there is no piece; the guard saves the traffic',
    },
  ],
  traffic: [
    { sample: { name: 'long sequences', ...pool('mean', 260, 300, 200) } },
    { sample: { name: 'short sequences', ...pool('sum', 260, 30, 20, 7, 40, 64, 1, 20, 10) } },
    { sample: { name: 'maxima', ...pool('max', 260, 300, 200) } },
  ],
  special: [
    ...[0, 2, 4].map((n) =>
      liveSequences('segment_pool', pool('max', 3, 4, 6, 0, 8).inputs, n, n, { fn: 'max' }),
    ),
    wrong('sum', [0, 5, 3], 'offsets[2] is 3; expected 5 … 8'),
    wrong('max', [0, 9], 'offsets[1] is 9; expected 0 … 8'),
    wrong('max', [1, 8], 'offsets[0] is 1; expected 0'),
    wrong('sum', [0, -3, 8], 'offsets[1] is -3; expected 0 … 8'),
    wrong('sum', [3], 'offsets[0] is 3; expected 0'),
  ],
}
