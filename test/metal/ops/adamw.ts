import { literal, normal, uniform } from '../../../lib/graph/samples.ts'
import { badData } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const stateOf = (...shape: readonly number[]) => ({
  param: normal(shape),
  grad: normal(shape),
  m: normal(shape, 0.1),
  v: uniform(shape, 0, 0.1),
})

export const cases: KernelCases = {
  larger: [
    {
      name: 'several groups',
      inputs: { ...stateOf(67, 41), gradScale: literal([0.5]) },
      run: { lr: 0.001, step: 12 },
    },
  ],
  traffic: [
    {
      sample: { name: 'step', inputs: stateOf(67, 515), run: { lr: 0.001, step: 12 } },
      // Four are read and three written; those three are then copied out of the states.
      least: 67 * 515 * 4 * (4 + 3 + 3 * 2),
    },
  ],
  special: [badData('adamw', stateOf(4), 'step is 0; expected 1 or more', {}, { lr: 0.001, step: 0 })],
}
