import { normal, offsetsOf, uniform } from '../../../lib/graph/samples.ts'
import type { Sample } from '../../support/op_runs.ts'
import { indices } from '../bad_data.ts'
import { packedSequences } from '../packed_sequences.ts'
import type { KernelCases } from './cases.ts'

const gradOf = (rows: number, d: number, n: number, lengths: readonly number[]): Sample['inputs'] => ({
  u: normal([rows, d]),
  delta: uniform([rows, d], -4, 0),
  aLog: uniform([d, n], -1, 1),
  b: normal([rows, n]),
  c: normal([rows, n]),
  offsets: offsetsOf(...lengths),
  chunkStates: normal([Math.floor(rows / 64) + lengths.length, n, d]),
  upstream: normal([rows, d]),
})

const op = 'ssm_scan_grad'
const threeExperts = {
  ...gradOf(8, 5, 2, [8]),
  aLog: uniform([3, 5, 2], -1, 1),
  skip: normal([3, 5]),
  z: normal([8, 5]),
}
const fourSequences = {
  ...threeExperts,
  offsets: offsetsOf(2, 3, 0, 3),
  expert: indices(2, 1, 1, 2),
  chunkStates: normal([4, 2, 5]),
}

export const cases: KernelCases = {
  larger: [
    {
      name: 'blocks of channels, rows outside',
      inputs: { ...gradOf(140, 67, 3, [70, 65]), skip: normal([67]), z: normal([140, 67]) },
    },
    {
      name: 'blocks of states',
      inputs: {
        ...gradOf(131, 5, 37, [130, 0, 1]),
        skip: normal([5]),
        z: normal([131, 5]),
        deltaBias: normal([5]),
      },
    },
    { name: 'no sequences, rows outside', inputs: gradOf(70, 3, 2, []) },
  ],
  survivors: [
    {
      code: 'for (uint first = 0; first < kStates && block + first < n; first += kBatch) {',
      what: 'block + first < n is true',
      why: 'states that there are not are zeros throughout; the guard saves their steps',
    },
    {
      code: 'if (firstChannel + simdgroup * kOwn + k >= d) continue;',
      what: 'firstChannel + simdgroup * kOwn + k >= d is false',
      why: 'channels that there are not have g = dt = 0 and add nothing; the guard saves their steps',
    },
  ],
  traffic: [
    {
      sample: { name: 'scan', inputs: { ...gradOf(131, 256, 16, [131]), z: normal([131, 256]) } },
      counted: 'distinct',
    },
    { sample: { name: 'long', inputs: { ...gradOf(320, 256, 16, [320]), z: normal([320, 256]) } } },
  ],
  special: [...packedSequences(op, threeExperts, fourSequences, { chunkStates: normal([2, 2, 5]) })],
}
