import { integers, normal } from '../../lib/graph/samples.ts'
import type { Sample } from '../support/op_runs.ts'
import { badData, indices } from './bad_data.ts'
import type { KernelCases } from './ops/cases.ts'
import { someOutputs } from './some_outputs.ts'

/** Cases of the gradient of a norm. `rowsOf` gives its inputs but weight and expert; each of `asked` is asked alone. */
export function normGradCases(
  op: string,
  rowsOf: (rows: number, d: number) => Sample['inputs'],
  asked: readonly (readonly string[])[],
): KernelCases {
  const wrong = { ...rowsOf(3, 4), weight: normal([2, 4]) }
  const experts = {
    name: 'experts',
    inputs: { ...rowsOf(150, 70), weight: normal([3, 70], 1, 'f16'), expert: integers([150], 0, 3) },
  }
  return {
    larger: [
      { name: 'several groups', inputs: { ...rowsOf(71, 67), weight: normal([67]) } },
      { name: 'long rows', inputs: { ...rowsOf(35, 1027), weight: normal([1027], 1, 'f16') } },
      { name: 'beyond registers', inputs: { ...rowsOf(3, 4103), weight: normal([4103]) } },
      experts,
      {
        name: 'many experts',
        inputs: { ...rowsOf(70, 3), weight: normal([700, 3]), expert: integers([70], 0, 700) },
      },
      {
        name: 'a long sort',
        inputs: { ...rowsOf(2300, 1), weight: normal([3, 1]), expert: integers([2300], 0, 3) },
      },
    ],
    traffic: [
      { sample: { name: 'gradient', inputs: { ...rowsOf(67, 515), weight: normal([515]) } } },
      {
        sample: { ...experts, inputs: { ...experts.inputs, ...rowsOf(150, 515), weight: normal([3, 515]) } },
      },
    ],
    special: [
      badData(
        op,
        { ...wrong, weight: normal([0, 4]), expert: indices(0, 1, 0) },
        'expert[0] is 0; expected 0 to -1',
      ),
      badData(op, { ...wrong, expert: indices(0, 2, 1) }, 'expert[1] is 2; expected 0 to 1'),
      badData(op, { ...wrong, expert: indices(0, 1, -1) }, 'expert[2] is -1; expected 0 to 1'),
      ...asked.map((outputs) => someOutputs(op, experts, outputs)),
    ],
  }
}
