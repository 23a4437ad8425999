import { opNamed } from '../../../lib/graph/define.ts'
import { normal, offsetsOf, uniform } from '../../../lib/graph/samples.ts'
import { emulated, emulatedSet } from '../../support/metal.ts'
import { sampleInputs, traceSample } from '../../support/op_cases.ts'
import { run, type Sample } from '../../support/op_runs.ts'
import { indices } from '../bad_data.ts'
import { liveSequences } from '../live_sequences.ts'
import { packedSequences } from '../packed_sequences.ts'
import type { KernelCases, SpecialRun } from './cases.ts'

const scanOf = (rows: number, d: number, n: number, lengths: readonly number[]): Sample['inputs'] => ({
  u: normal([rows, d]),
  delta: uniform([rows, d], -4, 0),
  aLog: uniform([d, n], -1, 1),
  b: normal([rows, n]),
  c: normal([rows, n]),
  offsets: offsetsOf(...lengths),
})

const threeExperts = {
  u: normal([8, 5]),
  delta: normal([8, 5]),
  aLog: uniform([3, 5, 2], -1, 1),
  b: normal([8, 2]),
  c: normal([8, 2]),
}

const fourSequences = {
  ...threeExperts,
  offsets: offsetsOf(2, 3, 0, 3),
  expert: indices(2, 1, 1, 2),
  state: normal([4, 5, 2]),
}

/** Sequences of a row each, with some that have none. */
const decoding = Array.from({ length: 21 }, (_, i) => Number(i % 5 !== 3))

/** Of two rows the first, once in a sequence for itself. */
const firstRow: SpecialRun = {
  name: 'a row alone has the bits of a first row',
  problem: (libraries, seed) => {
    const op = opNamed('ssm_scan')
    const [d, n] = [67, 37]
    const sample: Sample = {
      name: 'two rows',
      inputs: { ...scanOf(2, d, n, [2]), z: normal([2, d]), skip: normal([d]), state: normal([1, d, n]) },
    }
    const values = sampleInputs(op, sample)
    const [first, alone] = [2, 1].map((length) => {
      const known = { ...values, offsets: { shape: [2], data: Float64Array.of(0, length) } }
      const { result } = emulated(libraries, seed, () => run(traceSample(op, sample), known, {}, emulatedSet))
      return Buffer.from(result.y!.buffer).subarray(0, 4 * d)
    })
    return first!.equals(alone!) ? null : 'other bits'
  },
}

export const cases: KernelCases = {
  larger: [
    {
      name: 'blocks of channels',
      inputs: { ...scanOf(70, 67, 3, [70]), skip: normal([67]), z: normal([70, 67]) },
    },
    {
      name: 'blocks of states',
      inputs: { ...scanOf(66, 5, 37, [65, 1]), z: normal([66, 5]), state: normal([2, 5, 37]) },
    },
    { name: 'rows in no sequence', inputs: scanOf(140, 3, 2, [2, 65]) },
    {
      name: 'decoding',
      inputs: {
        ...scanOf(17, 70, 19, decoding),
        z: normal([17, 70]),
        skip: normal([70]),
        deltaBias: normal([70]),
        state: normal([21, 70, 19]),
      },
    },
    {
      name: 'one of many sequences is long',
      inputs: { ...scanOf(12, 5, 3, [1, 0, 0, 7, 1, 0, 0, 0, 0, 0, 2, 0]), state: normal([12, 5, 3]) },
    },
  ],
  survivors: [
    {
      code: 'for (uint i = 0; i < kStates && block + i < n && channel < d; ++i) {',
      what: 'block + i < n is true',
      why: 'states that there are not have c = 0 and add nothing; the guard saves their steps',
    },
    {
      code: 'for (uint i = 0; i < kStates && block + i < n && channel < d; ++i) {',
      what: 'channel < d is true',
      why: 'channels that there are not are not written; the guard saves their steps',
    },
  ],
  traffic: [
    { sample: { name: 'scan', inputs: { ...scanOf(131, 253, 16, [131]), z: normal([131, 253]) } } },
    {
      sample: {
        name: 'decoding',
        inputs: {
          ...scanOf(
            16,
            192,
            16,
            Array.from({ length: 16 }, () => 1),
          ),
          state: normal([16, 192, 16]),
        },
      },
    },
  ],
  special: [
    ...packedSequences('ssm_scan', threeExperts, fourSequences),
    liveSequences('ssm_scan', { ...fourSequences, offsets: offsetsOf(1, 1, 5, 1) }, 2, 1),
    firstRow,
  ],
}
