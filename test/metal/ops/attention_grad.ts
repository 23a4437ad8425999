import { normal, offsetsOf, uniform } from '../../../lib/graph/samples.ts'
import { keyRanges } from '../../../lib/ops/attention_rows.ts'
import { badData, indices } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const call = (rows: number, keys: number, heads: number, kvHeads: number, dk: number, dv: number) => ({
  q: normal([rows, heads, dk]),
  k: normal([keys, kvHeads, dk]),
  v: normal([keys, kvHeads, dv]),
  y: normal([rows, heads, dv]),
  lse: uniform([rows, heads], 3, 5),
  upstream: normal([rows, heads, dv]),
})

const few = { ...call(4, 4, 1, 1, 2, 2), offsets: offsetsOf(4) }
const tiles = { name: 'tiles', inputs: { ...call(96, 96, 2, 2, 64, 64), offsets: offsetsOf(96) } }
const [ofTensor, ofRows] = [4 * 96 * 2 * 64, 4 * 96 * 2]

export const cases: KernelCases = {
  larger: [
    {
      name: 'several slices, causal',
      inputs: { ...call(45, 45, 2, 1, 70, 133), offsets: offsetsOf(34, 9) },
      attrs: { causal: true },
    },
    {
      name: 'several threadgroups of columns',
      inputs: { ...call(40, 40, 1, 1, 131, 3), offsets: offsetsOf(40), bias: normal([1, 9]) },
    },
    {
      name: 'ranges over tiles, causal',
      inputs: {
        ...call(50, 100, 2, 1, 4, 5),
        offsets: offsetsOf(37, 0, 12),
        kvRange: keyRanges([20, 90], [0, 9], [31, 66]),
        bias: normal([2, 201]),
      },
      attrs: { causal: true },
    },
    {
      name: 'short sequences',
      inputs: { ...call(75, 75, 1, 1, 3, 3), offsets: offsetsOf(7, 20, 0, 9, 31, 1) },
    },
  ],
  traffic: [
    // Both passes read q, k, v and upstream; the first reads y and writes dq, the second writes dk and dv.
    { sample: tiles, counted: 'distinct', least: 12 * ofTensor + 4 * ofRows },
    // Three tiles of queries have k and v each, three of keys q and upstream.
    { sample: tiles, least: 20 * ofTensor + 8 * ofRows },
  ],
  survivors: [
    ...['if (slice < uint(slices))', 'if (slice >= uint(slices)) continue;'].map((code) => ({
      code,
      what: code.includes('>=') ? 'slice >= uint ( slices ) is false' : 'slice < uint ( slices ) is true',
      why: 'columns that there are not are zeros, which nobody stores; the guard saves their steps',
    })),
    {
      code: 'if (!a.kvRange.given && s.key >= begin + count) break;',
      what: 's . key >= begin + count is false',
      why: 'what follows passes over sequences that have no keys in the tile; this ends the loop',
    },
    {
      code: 'if (low >= min(begin + count, s.key + s.keys)) continue;',
      what: 'low >= min ( begin + count , s . key + s . keys ) is false',
      why: 'pairs with keys of the tile that are not of the sequence weigh nothing; this saves the work',
    },
  ],
  special: [
    badData('attention_grad', { ...few, offsets: indices(1, 4) }, 'offsets[0] is 1; expected 0 to 0'),
    badData('attention_grad', { ...few, offsets: indices(0, 3, 2) }, 'offsets[2] is 2; expected 3 to 4'),
    badData('attention_grad', { ...few, offsets: indices(0, 5) }, 'offsets[1] is 5; expected 0 to 4'),
    badData(
      'attention_grad',
      { ...few, offsets: indices(0, 1, 4), kvRange: keyRanges([0, 4], [3, 2]) },
      'kvRange[1] is 3 to 2; expected a range within 0 to 4',
    ),
  ],
}
