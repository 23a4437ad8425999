import { opNamed } from '../../../lib/graph/define.ts'
import { normal, offsetsOf, uniform } from '../../../lib/graph/samples.ts'
import { decodeNumbers } from '../../../lib/tensor/dtype.ts'
import { interpret } from '../../support/interpret.ts'
import { emulated, emulatedSet } from '../../support/metal.ts'
import { sampleInputs, traceSample } from '../../support/op_cases.ts'
import { run, type Sample } from '../../support/op_runs.ts'
import { difference } from '../../support/values.ts'
import { badData, indices } from '../bad_data.ts'
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

/** Of four sequences some count: offsets has `sequences` of them, state and expert `given`. */
function liveSequences(sequences: number, given: number): SpecialRun {
  const op = opNamed('ssm_scan')
  const sample: Sample = {
    name: 'live sequences',
    inputs: {
      ...threeExperts,
      offsets: offsetsOf(2, 3, 0, 3),
      expert: indices(2, 1, 1, 2),
      state: normal([4, 5, 2]),
    },
  }
  return {
    name: `${sequences} live sequences, ${given} with a state`,
    problem: (libraries, seed) => {
      const values = sampleInputs(op, sample)
      const traced = traceSample(op, sample, {
        binding: (name, spec) =>
          name === 'offsets'
            ? { ...spec, live: 'offsets' }
            : name === 'expert' || name === 'state'
              ? { ...spec, live: 'given' }
              : spec,
      })
      const outputs = emulated(libraries, seed, () =>
        run(traced, values, { offsets: sequences + 1, given }, emulatedSet),
      ).result
      // Sequences that are not given a state begin with zeros, and take the first expert.
      const known = { ...values, expert: firsts(values.expert!, given), state: firsts(values.state!, given) }
      const ends = values.offsets!.data.map((end, i) =>
        i > sequences ? values.offsets!.data[sequences]! : end,
      )
      const plain = traceSample(op, sample)
      const oracle = interpret(plain.graph, { ...known, offsets: { ...values.offsets!, data: ends } })
      const inside = ends[sequences]! * 5
      const y = decodeNumbers(outputs.y!.buffer, 'f32')
      const expected = oracle(plain.outputs.get('y')!).data.slice(0, inside)
      if (y.slice(inside).some((value) => value !== 0)) return 'rows in no sequence are not zero'
      const states = decodeNumbers(outputs.stateOut!.buffer, 'f32')
      const after = oracle(plain.outputs.get('stateOut')!).data.slice(0, given * 10)
      return difference(y.slice(0, inside), expected, 1e-5) ?? difference(states, after, 1e-5)
    },
  }
}

/** The tensor with zeros beyond the first rows. */
function firsts(tensor: { readonly shape: readonly number[]; readonly data: Float64Array }, rows: number) {
  const size = tensor.data.length / tensor.shape[0]!
  return { shape: tensor.shape, data: tensor.data.map((value, i) => (i < rows * size ? value : 0)) }
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
  ],
  traffic: [{ sample: { name: 'scan', inputs: { ...scanOf(131, 253, 16, [131]), z: normal([131, 253]) } } }],
  special: [
    badData(
      'ssm_scan',
      { ...threeExperts, offsets: offsetsOf(8), expert: indices(3) },
      'expert[0] is 3; expected 0 … 2',
    ),
    badData(
      'ssm_scan',
      { ...threeExperts, offsets: indices(0, 5, 3), expert: indices(0, 0) },
      'offsets[2] is 3; expected 5 … 8',
    ),
    badData(
      'ssm_scan',
      { ...threeExperts, offsets: indices(0, 9), expert: indices(0) },
      'offsets[1] is 9; expected 0 … 8',
    ),
    badData(
      'ssm_scan',
      { ...threeExperts, offsets: indices(1, 8), expert: indices(0) },
      'offsets[0] is 1; expected 0',
    ),
    liveSequences(2, 1),
    liveSequences(1, 3),
    liveSequences(4, 4),
  ],
}
