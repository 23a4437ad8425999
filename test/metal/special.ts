// Runs of Metal kernels that samples cannot say: indices out of range, and live counts of sequences.
import { opNamed } from '../../lib/graph/define.ts'
import { literal, normal, offsetsOf, uniform } from '../../lib/graph/samples.ts'
import { decodeNumbers } from '../../lib/tensor/dtype.ts'
import { interpret } from '../support/interpret.ts'
import { emulated, emulatedSet } from '../support/metal.ts'
import { sampleInputs, traceSample } from '../support/op_cases.ts'
import { run, type Sample } from '../support/op_runs.ts'
import { difference } from '../support/values.ts'

/** One run: gives what is wrong with it, or null. */
export interface SpecialRun {
  readonly op: string
  readonly name: string
  readonly problem: (libraries: string, seed: number) => string | null
}

const indices = (...values: number[]) => literal(values, [values.length], 'i32')

/** A run that must end with a message about its data, and nothing else. */
function badData(op: string, inputs: Sample['inputs'], message: string): SpecialRun {
  const sample = { name: message, inputs }
  return {
    op,
    name: message,
    problem: (libraries, seed) => {
      const traced = traceSample(opNamed(op), sample)
      try {
        emulated(libraries, seed, () => run(traced, sampleInputs(opNamed(op), sample), {}, emulatedSet))
      } catch (error) {
        const text = (error as Error).message
        return text.includes(`${op}: ${message}`) ? null : text
      }
      return 'the data was accepted'
    },
  }
}

const scan = {
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
      ...scan,
      offsets: offsetsOf(2, 3, 0, 3),
      expert: indices(2, 1, 1, 2),
      state: normal([4, 5, 2]),
    },
  }
  return {
    op: 'ssm_scan',
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

const norm = { x: normal([3, 4]), weight: normal([2, 4]) }
const product = { x: normal([70, 4]), weight: normal([2, 5, 4]) }
const wrongAt = (place: number, value: number) =>
  indices(...Array.from({ length: 70 }, (_, i) => (i === place ? value : i % 2)))

export const specialRuns: readonly SpecialRun[] = [
  badData('rms_norm', { ...norm, expert: indices(0, 2, 1) }, 'expert[1] is 2; expected 0 to 1'),
  badData('rms_norm', { ...norm, expert: indices(0, 1, -1) }, 'expert[2] is -1; expected 0 to 1'),
  badData('linear', { ...product, expert: wrongAt(5, 2) }, 'expert[5] is 2; expected 0 ... 1'),
  badData('linear', { ...product, expert: wrongAt(69, 5000) }, 'expert[69] is 5000; expected 0 ... 1'),
  badData('linear', { ...product, expert: wrongAt(0, -7) }, 'expert[0] is -7; expected 0 ... 1'),
  badData(
    'ssm_scan',
    { ...scan, offsets: offsetsOf(8), expert: indices(3) },
    'expert[0] is 3; expected 0 … 2',
  ),
  badData(
    'ssm_scan',
    { ...scan, offsets: indices(0, 5, 3), expert: indices(0, 0) },
    'offsets[2] is 3; expected 5 … 8',
  ),
  badData(
    'ssm_scan',
    { ...scan, offsets: indices(0, 9), expert: indices(0) },
    'offsets[1] is 9; expected 0 … 8',
  ),
  badData('ssm_scan', { ...scan, offsets: indices(1, 8), expert: indices(0) }, 'offsets[0] is 1; expected 0'),
  liveSequences(2, 1),
  liveSequences(1, 3),
  liveSequences(4, 4),
]
