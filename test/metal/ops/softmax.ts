import { literal, normal } from '../../../lib/graph/samples.ts'
import type { KernelCases } from './cases.ts'

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', inputs: { x: normal([19, 515]) } },
    { name: 'long rows', inputs: { x: normal([3, 1027]) } },
    { name: 'beyond registers', inputs: { x: normal([2, 4103]) }, attrs: { log: true } },
    {
      name: 'largest beyond registers',
      inputs: { x: literal(Array.from({ length: 4103 }, (_, i) => (i === 4100 ? 200 : 0))) },
    },
  ],
  survivors: [
    {
      code: 'if (team.first + k * team.width < n) sum += precise::exp(kept[k] - row.max);',
      what: 'team . first + k * team . width < n is true',
      why: 'beyond the row kept[k] is -infinity, and its exp adds 0; the guard saves the exp',
    },
  ],
  traffic: [
    { sample: { name: 'softmax', inputs: { x: normal([67, 515]) } } },
    { sample: { name: 'long rows', inputs: { x: normal([3, 5003]) } } },
  ],
}
