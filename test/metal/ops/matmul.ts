import { normal } from '../../../lib/graph/samples.ts'
import type { Sample } from '../../support/op_runs.ts'
import { sameRows } from '../same_rows.ts'
import { tileTraffic } from '../tile_traffic.ts'
import type { KernelCases } from './cases.ts'

const slices: Sample = {
  name: 'slices of the sum',
  inputs: { a: normal([75, 77]), b: normal([77, 1030]) },
}

export const cases: KernelCases = {
  larger: [
    slices,
    { name: 'large tiles of batches', inputs: { a: normal([3, 2, 100, 5]), b: normal([3, 2, 5, 201]) } },
    { name: 'more slices than simdgroups', inputs: { a: normal([9, 603]), b: normal([603, 35]) } },
  ],
  traffic: [
    ...tileTraffic(
      { name: 'large tiles', inputs: { a: normal([131, 72]), b: normal([72, 1056]) } },
      [131, 1056],
      [64, 128],
    ),
    ...tileTraffic(
      { name: 'small tiles', inputs: { a: normal([7, 300]), b: normal([300, 192], 1, 'bf16') } },
      [7, 192],
      [8, 32],
    ),
  ],
  special: [sameRows('matmul', slices, ['a'], 1), sameRows('matmul', slices, ['a'], 33)],
}
