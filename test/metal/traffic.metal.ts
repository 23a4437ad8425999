// Bytes of device memory that Metal kernels move, counted by the emulation in sectors of 32 bytes, against the least.
// With VMM_TRAFFIC=1 they are printed.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Op } from '../../lib/graph/value.ts'
import { dtypeBytes } from '../../lib/tensor/dtype.ts'
import { count } from '../../lib/tensor/shape.ts'
import { type DispatchCounters, emulated, emulatedSet, librariesOf, metalOps } from '../support/metal.ts'
import { sampleInputs } from '../support/op_cases.ts'
import { run, type Sample, type Variant, variants } from '../support/op_runs.ts'
import { kernelCases, type Traffic } from './ops/cases.ts'

const MOST = 1.2

const bytesOf = (kind: 'moved' | 'distinct', dispatches: readonly DispatchCounters[]): number =>
  dispatches.reduce((sum, { [kind]: bytes }) => sum + bytes.read + bytes.written, 0)

/** Each tensor of a traced sample once. */
function leastOf({ traced }: Variant): number {
  const values = [...traced.graph.bindings.values(), ...traced.outputs.values()]
  return values.reduce((sum, { shape, dtype }) => sum + count(shape) * dtypeBytes[dtype], 0)
}

function ratioOf(op: Op, sample: Sample, layout: string, { counted = 'moved', least }: Traffic): number {
  const variant = variants(op, sample, sampleInputs(op, sample)).find(({ name }) => name === layout)!
  const { dispatches } = emulated(librariesOf('checked'), 3, () =>
    run(variant.traced, variant.values, sample.run ?? {}, emulatedSet),
  )
  return bytesOf(counted, dispatches) / (least ?? leastOf(variant))
}

for (const op of metalOps()) {
  const cases = kernelCases.get(op.name)?.traffic ?? []
  test(`${op.name}: its traffic is counted`, () => assert.ok(cases.length > 0))
  for (const traffic of cases)
    for (const layout of traffic.layouts ?? ['plain'])
      test(`${op.name}, ${traffic.sample.name}, ${layout}: hardly more bytes than needed`, () => {
        const ratio = ratioOf(op, traffic.sample, layout, traffic)
        if (process.env.VMM_TRAFFIC)
          console.log(
            `traffic: ${op.name}, ${traffic.sample.name}, ${layout}, ${traffic.counted ?? 'moved'}: ${ratio.toFixed(3)}`,
          )
        assert.ok(ratio >= 0.999 && ratio <= MOST, `${ratio.toFixed(3)} of the least`)
      })
}

test.run()
