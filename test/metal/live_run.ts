import { opNamed } from '../../lib/graph/define.ts'
import type { RefTensor } from '../../lib/graph/op.ts'
import { decodeNumbers } from '../../lib/tensor/dtype.ts'
import { count } from '../../lib/tensor/shape.ts'
import { interpret } from '../support/interpret.ts'
import { emulated, emulatedSet } from '../support/metal.ts'
import { sampleInputs, traceSample } from '../support/op_cases.ts'
import { run, type Sample, toleranceOf } from '../support/op_runs.ts'
import { difference } from '../support/values.ts'
import type { SpecialRun } from './ops/cases.ts'

/**
 * A run of an op on packed sequences in which some of its tensors have fewer live rows than capacity. Sequences
 * beyond the live offsets are empty, and rows beyond the live ones of other tensors are zero. The first `rows`
 * rows of the outputs are compared.
 */
export function liveRun(
  name: string,
  sample: Sample,
  live: Readonly<Record<string, number>>,
  rows: number,
): SpecialRun {
  const op = opNamed(name)
  return {
    name: `live: ${JSON.stringify(live)}`,
    problem: (libraries, seed) => {
      const values = sampleInputs(op, sample)
      const traced = traceSample(op, sample, {
        binding: (input, spec) => (input in live ? { ...spec, live: input } : spec),
      })
      const outputs = emulated(libraries, seed, () => run(traced, values, live, emulatedSet)).result
      const known = Object.fromEntries(
        Object.entries(values).map(([input, value]) => [
          input,
          input in live ? firstRows(value, live[input]!, input === 'offsets') : value,
        ]),
      )
      const plain = traceSample(op, sample)
      const oracle = interpret(plain.graph, known)
      for (const [output, value] of plain.outputs) {
        const size = count(value.shape.slice(1))
        const actual = decodeNumbers(outputs[output]!.buffer, value.dtype).slice(0, rows * size)
        const expected = oracle(value).data.slice(0, rows * size)
        const problem = difference(actual, expected, toleranceOf(sample, outputs[output]!))
        if (problem) return `${output}: ${problem}`
      }
      return null
    },
  }
}

/** Rows beyond the first are zero, or as the last that counts. */
function firstRows({ shape, data }: RefTensor, rows: number, repeated: boolean): RefTensor {
  const size = data.length / shape[0]!
  return { shape, data: data.map((value, i) => (i < rows * size ? value : repeated ? data[rows - 1]! : 0)) }
}
