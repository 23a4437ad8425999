// Every sample of every op that has a Metal kernel, and larger ones, on the emulated device, against the f64 reference:
// in every memory layout, in eight orders of its threads, which must give the same bits, and once in the checked build.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Traced } from '../../lib/graph/trace.ts'
import { decodeNumbers } from '../../lib/tensor/dtype.ts'
import { interpret } from '../support/interpret.ts'
import { emulated, emulatedSet, librariesOf, metalOps } from '../support/metal.ts'
import { sampleInputs } from '../support/op_cases.ts'
import { run, sameBits, toleranceOf, type Values, variants, withSpareRows } from '../support/op_runs.ts'
import { difference } from '../support/values.ts'
import { kernelCases } from './ops/cases.ts'

const schedules = [0, 1, 2, 3, 4, 5, 6, 7]
const [plain, checked] = [librariesOf('plain'), librariesOf('checked')]

for (const op of metalOps())
  for (const sample of [...op.definition.samples, ...(kernelCases.get(op.name)?.larger ?? [])])
    test(`${op.name}: ${sample.name}`, () => {
      const values = sampleInputs(op, sample)
      const scalars = sample.run ?? {}
      const layouts = variants(op, sample, values)
      const inPlain = layouts.map(({ name, traced, values: given }) => {
        const first = sameAlways(name, traced, given, scalars)
        const oracle = interpret(traced.graph, given, scalars)
        for (const [output, value] of traced.outputs) {
          const actual = decodeNumbers(first[output]!.buffer, value.dtype)
          const problem = difference(actual, oracle(value).data, toleranceOf(sample, first[output]!))
          assert.is(problem, null, `${output} (${name}): ${problem}`)
        }
        return first
      })[0]!
      const spare = withSpareRows(op, sample, values)
      if (!spare || op.outputs.some((o) => o.updates !== null)) return
      const rows = op.inputs.find((i) => i.tokens[0]?.symbol === 'rows' && values[i.name])!
      const live = values[rows.name]!.shape[0]!
      const outputs = sameAlways('live', spare.traced, spare.values, { ...scalars, live })
      for (const [name, value] of spare.traced.outputs)
        if (value.live !== null)
          assert.ok(sameBits(outputs[name]!, inPlain[name]!), `${name}: rows beyond the live count matter`)
    })

/** Runs in all schedules, and checked, and gives the outputs, which are always the same. */
function sameAlways(
  layout: string,
  traced: Traced,
  values: Values,
  scalars: Readonly<Record<string, number>>,
) {
  const once = (libraries: string, seed: number) =>
    emulated(libraries, seed, () => run(traced, values, scalars, emulatedSet)).result
  const first = once(plain, schedules[0]!)
  const others = [...schedules.slice(1).map((seed) => once(plain, seed)), once(checked, schedules.at(-1)!)]
  for (const [i, other] of others.entries())
    for (const output of traced.outputs.keys())
      assert.ok(sameBits(first[output]!, other[output]!), `${output} (${layout}): other bits in run ${i + 2}`)
  return first
}

test.run()
