import { opNamed } from '../../../lib/graph/define.ts'
import { integers, normal, uniform } from '../../../lib/graph/samples.ts'
import { interpret } from '../../support/interpret.ts'
import { emulated, emulatedSet } from '../../support/metal.ts'
import { sampleInputs, traceSample } from '../../support/op_cases.ts'
import { run, type Sample } from '../../support/op_runs.ts'
import type { KernelCases, SpecialRun } from './cases.ts'

const nearest = (q: number, n: number, d: number, k: number, name: string): Sample => ({
  name,
  inputs: { queries: normal([q, d]), rows: normal([n, d]) },
  attrs: { k },
})

const tooFew: SpecialRun = {
  name: 'fewer live rows than k',
  problem: (libraries, seed) => {
    const op = opNamed('nearest_rows')
    const sample = nearest(2, 9, 3, 5, 'live rows')
    const traced = traceSample(op, sample, {
      binding: (name, spec) => (name === 'rows' ? { ...spec, live: 'live' } : spec),
    })
    try {
      emulated(libraries, seed, () => run(traced, sampleInputs(op, sample), { live: 4 }, emulatedSet))
    } catch (error) {
      const text = (error as Error).message
      return text.includes('nearest_rows: k is 5, but there are 4 rows') ? null : text
    }
    return 'five of four rows were found'
  },
}

/** More queries than have room for their lists at once. */
const inTurns: SpecialRun = {
  name: 'queries in turns',
  problem: (libraries, seed) => {
    const op = opNamed('nearest_rows')
    const sample: Sample = {
      name: 'turns',
      inputs: { queries: integers([165, 1], -2, 3, 'f32'), rows: integers([3000, 1], -9, 10, 'f32') },
      attrs: { k: 129 },
    }
    const values = sampleInputs(op, sample)
    const traced = traceSample(op, sample)
    const { indices } = emulated(libraries, seed, () => run(traced, values, {}, emulatedSet)).result
    const expected = interpret(traced.graph, values)(traced.outputs.get('indices')!).data
    const wrong = new Int32Array(indices!.buffer).findIndex((index, i) => index !== expected[i])
    return wrong < 0 ? null : `index ${wrong} is wrong`
  },
}

const long = nearest(70, 600, 37, 3, 'long')
const tiles = nearest(70, 150, 37, 3, 'tiles')

export const cases: KernelCases = {
  larger: [
    tiles,
    nearest(3, 1100, 5, 40, 'several chunks'),
    nearest(1, 2300, 2, 300, 'more than a list has'),
    {
      name: 'ties across chunks',
      inputs: { queries: integers([9, 1], -1, 2, 'f32'), rows: integers([700, 1], -1, 2, 'f32') },
      attrs: { k: 128 },
    },
    {
      name: 'many i8 rows',
      inputs: {
        queries: normal([10, 33]),
        rows: integers([200, 33], -127, 128, 'i8'),
        scales: uniform([200], 0.001, 0.02),
      },
      attrs: { k: 20 },
    },
  ],
  traffic: [
    { sample: long, counted: 'distinct' },
    // Rows once for each 32 queries.
    { sample: long, least: 4 * (70 * 37 + 3 * 600 * 37 + 2 * 70 * 3) },
    {
      sample: {
        name: 'one query',
        inputs: { queries: normal([1, 64]), rows: normal([900, 64], 1, 'bf16') },
        attrs: { k: 5 },
      },
    },
  ],
  special: [tooFew, inTurns],
}
