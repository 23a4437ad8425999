import { opNamed } from '../../lib/graph/define.ts'
import type { BindingSpec } from '../../lib/graph/trace.ts'
import { reshape, slice } from '../../lib/ops/index.ts'
import { count } from '../../lib/tensor/shape.ts'
import { emulated, emulatedSet } from '../support/metal.ts'
import { sampleInputs, traceSample } from '../support/op_cases.ts'
import { run, type Sample } from '../support/op_runs.ts'
import type { SpecialRun } from './ops/cases.ts'

/** A weight that a kernel reads by words, and that begins between two of them, is left to the CPU. */
export function betweenWords(op: string, sample: Sample, weight: string): SpecialRun {
  return {
    name: `${sample.name}: ${weight} between words`,
    problem: (libraries, seed) => {
      const values = sampleInputs(opNamed(op), sample)
      const { shape, data } = values[weight]!
      const size = count(shape)
      const moved = { shape: [size + 1], data: Float64Array.from([99, ...data]) }
      const binding = (name: string, spec: BindingSpec): BindingSpec =>
        name === weight ? { ...spec, shape: moved.shape } : spec
      const traced = traceSample(opNamed(op), sample, {
        binding,
        wrap: (name, value) => (name === weight ? reshape(slice(value, 0, 1, size + 1), shape) : value),
      })
      const given = { ...values, [weight]: moved }
      const { dispatches } = emulated(libraries, seed, () =>
        run(traced, given, sample.run ?? {}, emulatedSet),
      )
      return dispatches.some(({ kernel }) => kernel.startsWith(op)) ? 'it was dispatched' : null
    },
  }
}
