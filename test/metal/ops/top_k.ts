import { opNamed } from '../../../lib/graph/define.ts'
import { integers, literal, normal } from '../../../lib/graph/samples.ts'
import { decodeNumbers } from '../../../lib/tensor/dtype.ts'
import { emulated, emulatedSet } from '../../support/metal.ts'
import { sampleInputs, traceSample } from '../../support/op_cases.ts'
import { run } from '../../support/op_runs.ts'
import { difference } from '../../support/values.ts'
import type { KernelCases, SpecialRun } from './cases.ts'

/** Of one row only some elements count, and as many results. */
const liveElements: SpecialRun = {
  name: 'fewer live elements than k',
  problem: (libraries, seed) => {
    const op = opNamed('top_k')
    const sample = { name: 'live', inputs: { x: normal([9]) }, attrs: { k: 5 } }
    const traced = traceSample(op, sample, { binding: (_, spec) => ({ ...spec, live: 'live' }) })
    const values = sampleInputs(op, sample)
    const { result } = emulated(libraries, seed, () => run(traced, values, { live: 4 }, emulatedSet))
    const actual = decodeNumbers(result.values!.buffer, 'f32').slice(0, 4)
    return difference(actual, values.x!.data.slice(0, 4).sort().reverse(), 0)
  },
}

export const cases: KernelCases = {
  larger: [
    { name: 'several short rows', inputs: { x: normal([19, 511]) }, attrs: { k: 32 } },
    { name: 'short rows, many results', inputs: { x: normal([3, 100]) }, attrs: { k: 33 } },
    { name: 'longer rows', inputs: { x: normal([3, 1031]) }, attrs: { k: 5 } },
    { name: 'ties in longer rows', inputs: { x: integers([2, 2100], 0, 4, 'f32') }, attrs: { k: 700 } },
    {
      name: 'little but ties',
      inputs: { x: literal(Array.from({ length: 4500 }, (_, i) => (i === 4100 ? Number.NaN : -Infinity))) },
      attrs: { k: 2047 },
    },
    { name: 'pieces', inputs: { x: normal([2, 17011]) }, attrs: { k: 7 } },
    { name: 'ties in pieces', inputs: { x: integers([24601], 0, 3, 'f32') }, attrs: { k: 128 } },
    { name: 'more than are sorted at once', inputs: { x: normal([2, 4500]) }, attrs: { k: 2049 } },
    { name: 'long and sorted', inputs: { x: normal([9001]) }, attrs: { k: 9001 } },
  ],
  traffic: [
    { sample: { name: 'short rows', inputs: { x: normal([67, 509]) }, attrs: { k: 8 } } },
    { sample: { name: 'a row each', inputs: { x: normal([5, 5003]) }, attrs: { k: 50 } } },
    { sample: { name: 'pieces', inputs: { x: normal([2, 20011]) }, attrs: { k: 50 } } },
  ],
  special: [liveElements],
}
