import { opNamed } from '../../lib/graph/define.ts'
import type { RefTensor } from '../../lib/graph/spec.ts'
import { decodeNumbers } from '../../lib/tensor/dtype.ts'
import { interpret } from '../support/interpret.ts'
import { emulated, emulatedSet } from '../support/metal.ts'
import { sampleInputs, traceSample } from '../support/op_cases.ts'
import { run, type Sample } from '../support/op_runs.ts'
import { difference } from '../support/values.ts'
import type { SpecialRun } from './ops/cases.ts'

/**
 * Of the sequences of a sample only some count in a run: offsets has `sequences` of them, and what there is one of for
 * each sequence has `given`. Those that are given no state begin with zeros, and take the first expert.
 */
export function liveSequences(
  name: string,
  inputs: Sample['inputs'],
  sequences: number,
  given: number,
  attrs: Sample['attrs'] = {},
): SpecialRun {
  const op = opNamed(name)
  const sample: Sample = { name: 'live sequences', inputs, attrs }
  const perSequence = ({ tokens }: (typeof op.inputs)[number] | (typeof op.outputs)[number]) =>
    tokens[0]?.symbol === 'sequences' && tokens[0].add === 0
  const limited = op.inputs.filter((input) => perSequence(input)).map((input) => input.name)
  return {
    name: `${sequences} live sequences, ${given} with a state`,
    problem: (libraries, seed) => {
      const values = sampleInputs(op, sample)
      const traced = traceSample(op, sample, {
        binding: (input, spec) =>
          input === 'offsets'
            ? { ...spec, live: 'offsets' }
            : limited.includes(input)
              ? { ...spec, live: 'given' }
              : spec,
      })
      const outputs = emulated(libraries, seed, () =>
        run(traced, values, { offsets: sequences + 1, given }, emulatedSet),
      ).result
      const offsets = values.offsets!
      const ends = offsets.data.map((end, i) => offsets.data[Math.min(i, sequences)] ?? end)
      const known = Object.fromEntries(
        Object.entries(values).map(([input, value]) => [
          input,
          limited.includes(input) ? firsts(value, given) : value,
        ]),
      )
      const plain = traceSample(op, sample)
      const oracle = interpret(plain.graph, { ...known, offsets: { ...offsets, data: ends } })
      for (const output of op.outputs) {
        const value = plain.outputs.get(output.name)
        if (!value) continue
        const all = oracle(value).data
        const size = all.length / value.shape[0]!
        const [rows, each] = [output.tokens[0]?.symbol === 'rows', perSequence(output)]
        const count = rows ? ends[sequences]! * size : each ? given * size : all.length
        const actual = decodeNumbers(outputs[output.name]!.buffer, value.dtype)
        if (rows && actual.slice(count).some((x) => x !== 0))
          return `${output.name}: rows in no sequence are not zero`
        const problem = difference(actual.slice(0, count), all.slice(0, count), 1e-5)
        if (problem) return `${output.name}: ${problem}`
      }
      return null
    },
  }
}

/** The tensor with zeros beyond the first rows. */
function firsts({ shape, data }: RefTensor, rows: number): RefTensor {
  const size = data.length / shape[0]!
  return { shape, data: data.map((value, i) => (i < rows * size ? value : 0)) }
}
