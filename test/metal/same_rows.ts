import { opNamed } from '../../lib/graph/define.ts'
import type { BindingSpec } from '../../lib/graph/trace.ts'
import { emulated, emulatedSet } from '../support/metal.ts'
import { sampleInputs, traceSample } from '../support/op_cases.ts'
import { run, type Sample, type Values } from '../support/op_runs.ts'
import type { SpecialRun } from './ops/cases.ts'

/** The first rows of the inputs that are named. */
const firstRows = (values: Values, rowed: readonly string[], rows: number): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, { shape, data }]) => {
      if (!rowed.includes(name)) return [name, { shape, data }]
      const size = data.length / shape[0]!
      return [name, { shape: [rows, ...shape.slice(1)], data: data.slice(0, rows * size) }]
    }),
  )

/** The first rows of a sample by themselves must give the bits that they have among all of its rows. */
export function sameRows(op: string, sample: Sample, rowed: readonly string[], rows: number): SpecialRun {
  return {
    name: `${sample.name}: ${rows} rows alone`,
    problem: (libraries, seed) => {
      const values = sampleInputs(opNamed(op), sample)
      const outputOf = (given: Values): Buffer => {
        const binding = (name: string, spec: BindingSpec): BindingSpec => ({
          ...spec,
          shape: given[name]!.shape,
        })
        const traced = traceSample(opNamed(op), sample, { binding })
        const { result } = emulated(libraries, seed, () => run(traced, given, sample.run ?? {}, emulatedSet))
        return Buffer.from(result.y!.buffer)
      }
      const all = outputOf(values)
      const few = outputOf(firstRows(values, rowed, rows))
      return few.equals(all.subarray(0, few.length)) ? null : 'other bits'
    },
  }
}
