import { opNamed } from '../../lib/graph/define.ts'
import { decodeNumbers } from '../../lib/tensor/dtype.ts'
import { interpret } from '../support/interpret.ts'
import { emulated, emulatedSet } from '../support/metal.ts'
import { sampleInputs, traceSample } from '../support/op_cases.ts'
import { run, type Sample, toleranceOf } from '../support/op_runs.ts'
import { difference } from '../support/values.ts'
import type { SpecialRun } from './ops/cases.ts'

/** A run of a sample in which some of the outputs are asked for. */
export function someOutputs(name: string, sample: Sample, asked: readonly string[]): SpecialRun {
  const op = opNamed(name)
  return {
    name: `${asked.join(' and ')} alone`,
    problem: (libraries, seed) => {
      const values = sampleInputs(op, sample)
      const traced = traceSample(op, sample, {
        after: (node) => Object.fromEntries(asked.map((output) => [output, node.ask(output)])),
      })
      const outputs = emulated(libraries, seed, () =>
        run(traced, values, sample.run ?? {}, emulatedSet),
      ).result
      const oracle = interpret(traced.graph, values, sample.run ?? {})
      for (const [output, value] of traced.outputs) {
        const actual = decodeNumbers(outputs[output]!.buffer, value.dtype)
        const problem = difference(actual, oracle(value).data, toleranceOf(sample, outputs[output]!))
        if (problem) return `${output}: ${problem}`
      }
      return null
    },
  }
}
