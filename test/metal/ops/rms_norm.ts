import { normal } from '../../../lib/graph/samples.ts'
import { badData, indices } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const few = { x: normal([3, 4]), weight: normal([2, 4]) }

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: { x: normal([19, 515]), weight: normal([515]) } },
    { name: 'long rows', inputs: { x: normal([3, 1027]), weight: normal([1027], 1, 'f16') } },
    { name: 'beyond registers', inputs: { x: normal([2, 4103]), weight: normal([4103]) } },
  ],
  traffic: [{ sample: { name: 'norm', inputs: { x: normal([67, 515]), weight: normal([515]) } } }],
  special: [
    badData(
      'rms_norm',
      { ...few, weight: normal([0, 4]), expert: indices(0, 1, 0) },
      'expert[0] is 0; expected 0 to -1',
    ),
    badData('rms_norm', { ...few, expert: indices(0, 2, 1) }, 'expert[1] is 2; expected 0 to 1'),
    badData('rms_norm', { ...few, expert: indices(0, 1, -1) }, 'expert[2] is -1; expected 0 to 1'),
  ],
}
