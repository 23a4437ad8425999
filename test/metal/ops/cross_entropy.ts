import { integers, normal } from '../../../lib/graph/samples.ts'
import { badData, indices } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const rowsOf = (rows: number, vocab: number) => ({
  logits: normal([rows, vocab], 3),
  targets: integers([rows], 0, vocab),
})
const few = { logits: normal([3, 4]) }

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: rowsOf(19, 515) },
    { name: 'long rows', inputs: rowsOf(3, 1027), attrs: { labelSmoothing: 0.2 } },
    { name: 'longer rows', inputs: rowsOf(2, 4103) },
  ],
  traffic: [
    { sample: { name: 'loss', inputs: rowsOf(67, 515) } },
    { sample: { name: 'long rows', inputs: rowsOf(3, 5003) } },
  ],
  special: [
    badData(
      'cross_entropy',
      { ...few, targets: indices(0, 4, 1) },
      'targets[1] is 4; expected 0 to 3 or -100',
    ),
    badData(
      'cross_entropy',
      { ...few, targets: indices(0, 7, -1) },
      'targets[2] is -1; expected 0 to 3 or 7',
      { ignoreIndex: 7 },
    ),
  ],
}
