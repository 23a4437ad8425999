// Every sample of every op, on every instruction set of this machine, against the f64 reference: plain, transposed,
// sliced and broadcast memory, with one thread and two, and with rows beyond the live count.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { HostTensor } from '../../lib/graph/program.ts'
import { deviceInfo } from '../../lib/runtime/device.ts'
import { decodeNumbers } from '../../lib/tensor/dtype.ts'
import { interpret } from '../support/interpret.ts'
import { chosenOps, sampleInputs } from '../support/op_cases.ts'
import { run, sameBits, toleranceOf, variants, withSpareRows } from '../support/op_runs.ts'
import { difference } from '../support/values.ts'

for (const op of chosenOps())
  for (const sample of op.definition.samples)
    test(`${op.name}: ${sample.name}`, () => {
      const values = sampleInputs(op, sample)
      const scalars = sample.run ?? {}
      for (const set of deviceInfo().instructionSets) {
        let plain: Readonly<Record<string, HostTensor>> = {}
        for (const variant of variants(op, sample, values)) {
          const where = `${set}, ${variant.name}`
          const one = run(variant.traced, variant.values, scalars, set, 1)
          if (variant.name === 'plain') plain = one
          const two = run(variant.traced, variant.values, scalars, set, 2)
          const oracle = interpret(variant.traced.graph, variant.values, scalars)
          for (const [name, value] of variant.traced.outputs) {
            const actual = decodeNumbers(one[name]!.buffer, value.dtype)
            const problem = difference(actual, oracle(value).data, toleranceOf(sample, one[name]!))
            assert.is(problem, null, `${op.name} ${name} (${where}): ${problem}`)
            assert.ok(
              sameBits(one[name]!, two[name]!),
              `${op.name} ${name} (${where}): two threads give other bits`,
            )
          }
        }
        const spare = withSpareRows(op, sample, values)
        if (!spare || op.outputs.some((o) => o.updates !== null)) continue
        const live = { ...scalars, live: Object.values(values)[0]!.shape[0]! }
        const rows = op.inputs.find((i) => i.tokens[0]?.symbol === 'rows' && values[i.name])!
        live.live = values[rows.name]!.shape[0]!
        const outputs = run(spare.traced, spare.values, live, set, 2)
        for (const [name, value] of spare.traced.outputs)
          if (value.live !== null || !value.shape.some((d, i) => d !== plain[name]!.shape[i]))
            assert.ok(
              sameBits(outputs[name]!, plain[name]!),
              `${op.name} ${name} (${set}): rows beyond the live count matter`,
            )
      }
    })

test.run()
