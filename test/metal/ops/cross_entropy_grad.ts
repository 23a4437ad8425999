import { integers, normal, uniform } from '../../../lib/graph/samples.ts'
import { badData, indices } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const rowsOf = (rows: number, vocab: number) => ({
  logits: normal([rows, vocab]),
  targets: integers([rows], 0, vocab),
  logSumExp: uniform([rows], 5, 6),
  upstream: normal([rows]),
})

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: rowsOf(19, 1029), attrs: { labelSmoothing: 0.2 } },
    { name: 'tall', inputs: rowsOf(131, 21) },
  ],
  traffic: [{ sample: { name: 'gradient', inputs: rowsOf(67, 1029) } }],
  special: [
    badData(
      'cross_entropy_grad',
      { ...rowsOf(3, 4), targets: indices(0, 4, 1) },
      'targets[1] is 4; expected 0 to 3 or -100',
    ),
    badData(
      'cross_entropy_grad',
      { ...rowsOf(3, 4), targets: indices(0, 7, -1) },
      'targets[2] is -1; expected 0 to 3 or 7',
      { ignoreIndex: 7 },
    ),
  ],
}
