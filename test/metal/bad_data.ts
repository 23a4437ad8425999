import { opNamed } from '../../lib/graph/define.ts'
import { literal } from '../../lib/graph/samples.ts'
import { emulated, emulatedSet } from '../support/metal.ts'
import { sampleInputs, traceSample } from '../support/op_cases.ts'
import { run, type Sample } from '../support/op_runs.ts'
import type { SpecialRun } from './ops/cases.ts'

export const indices = (...values: number[]) => literal(values, [values.length], 'i32')

/** A run that must end with a message about its data, and nothing else. */
export function badData(
  op: string,
  inputs: Sample['inputs'],
  message: string,
  attrs: Sample['attrs'] = {},
  scalars: Sample['run'] = {},
): SpecialRun {
  const sample = { name: message, inputs, attrs }
  return {
    name: message,
    problem: (libraries, seed) => {
      const traced = traceSample(opNamed(op), sample)
      try {
        emulated(libraries, seed, () => run(traced, sampleInputs(opNamed(op), sample), scalars, emulatedSet))
      } catch (error) {
        const text = (error as Error).message
        return text.includes(`${op}: ${message}`) ? null : text
      }
      return 'the data was accepted'
    },
  }
}
