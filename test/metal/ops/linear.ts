import { integers, normal } from '../../../lib/graph/samples.ts'
import type { Sample } from '../../support/op_runs.ts'
import { badData, indices } from '../bad_data.ts'
import { sameRows } from '../same_rows.ts'
import { tileTraffic } from '../tile_traffic.ts'
import type { KernelCases } from './cases.ts'

const product = { x: normal([70, 4]), weight: normal([2, 5, 4]) }
const wrongAt = (place: number, value: number) =>
  indices(...Array.from({ length: 70 }, (_, i) => (i === place ? value : i % 2)))
const large = { x: normal([131, 77]), weight: normal([1050, 77]) }
const small = { x: normal([19, 77]), weight: normal([150, 77]) }

const slices: Sample = {
  name: 'slices of the sum',
  inputs: { x: normal([75, 77]), weight: normal([1030, 77], 0.1), bias: normal([1030]) },
}

export const cases: KernelCases = {
  larger: [
    slices,
    {
      name: 'few rows, many outputs',
      inputs: { x: normal([3, 37]), weight: normal([77, 37], 0.2, 'bf16') },
    },
    {
      name: 'more slices than simdgroups',
      inputs: { x: normal([9, 603]), weight: normal([35, 603], 0.05) },
    },
    {
      name: 'tiles of experts',
      inputs: { x: normal([160, 9]), weight: normal([3, 660, 9], 0.2), expert: integers([160], 0, 3) },
    },
    {
      name: 'many experts',
      inputs: { x: normal([340, 5]), weight: normal([37, 6, 5], 0.2), expert: integers([340], 0, 37) },
    },
  ],
  traffic: [
    ...tileTraffic({ name: 'large tiles', inputs: large }, [131, 1050], [64, 128], 2),
    ...tileTraffic({ name: 'small tiles', inputs: small }, [19, 150], [8, 32], 2),
  ],
  special: [
    sameRows('linear', slices, ['x'], 1),
    sameRows('linear', slices, ['x'], 11),
    badData('linear', { ...product, expert: wrongAt(5, 2) }, 'expert[5] is 2; expected 0 ... 1'),
    badData('linear', { ...product, expert: wrongAt(69, 5000) }, 'expert[69] is 5000; expected 0 ... 1'),
    badData('linear', { ...product, expert: wrongAt(0, -7) }, 'expert[0] is -7; expected 0 ... 1'),
  ],
}
