import { normal } from '../../../lib/graph/samples.ts'
import { trace } from '../../../lib/graph/trace.ts'
import { linear, packedLinear, packWeight } from '../../../lib/ops/index.ts'
import type { Dtype } from '../../../lib/tensor/dtype.ts'
import { emulated, emulatedSet } from '../../support/metal.ts'
import { run, type Sample, sameBits } from '../../support/op_runs.ts'
import { drawSample } from '../../support/values.ts'
import { betweenWords } from '../between_words.ts'
import { sameRows } from '../same_rows.ts'
import { tileTraffic } from '../tile_traffic.ts'
import type { KernelCases, SpecialRun } from './cases.ts'

const slices: Sample = {
  name: 'slices of the sum',
  inputs: { x: normal([75, 77]), weight: normal([33, 77, 32], 0.1), bias: normal([1030]) },
  attrs: { out: 1030 },
}
const pairs: Sample = {
  name: 'large tiles of pairs',
  inputs: { x: normal([75, 86]), weight: normal([31, 43, 64], 0.1, 'bf16') },
  attrs: { out: 987, compute: 'bf16' },
}

/** The bits are those of linear with the weight that was packed. */
function asLinear(rows: number, inputs: number, out: number, dtype: Dtype): SpecialRun {
  const samples = { x: normal([rows, inputs]), weight: normal([out, inputs], 0.1, dtype) }
  const name = `${rows} rows of ${inputs}, ${out} outputs in ${dtype}`
  return {
    name: `as linear: ${name}`,
    problem: (libraries, seed) => {
      const spec = (of: keyof typeof samples) =>
        ({ kind: 'input', dtype: samples[of].dtype, shape: samples[of].shape }) as const
      const traced = trace({ x: spec('x'), weight: spec('weight') }, ({ x, weight }) => ({
        outputs: {
          y: linear({ x, weight }),
          packed: packedLinear({ x, weight: packWeight({ weight }) }, { out }),
        },
      }))
      const values = { x: drawSample(samples.x, 'x'), weight: drawSample(samples.weight, 'weight') }
      const { result } = emulated(libraries, seed, () => run(traced, values, {}, emulatedSet))
      return sameBits(result.y!, result.packed!) ? null : 'other bits'
    },
  }
}

const large = { x: normal([131, 78]), weight: normal([33, 39, 64], 1, 'bf16') }
const small = { x: normal([7, 300]), weight: normal([6, 150, 64], 1, 'bf16') }

export const cases: KernelCases = {
  larger: [
    slices,
    pairs,
    {
      name: 'more slices than simdgroups',
      inputs: { x: normal([9, 603]), weight: normal([2, 603, 32], 0.05) },
      attrs: { out: 35 },
    },
    {
      name: 'slices of pairs',
      inputs: { x: normal([2, 301]), weight: normal([3, 151, 64], 0.1, 'bf16') },
      attrs: { out: 96 },
    },
  ],
  traffic: [
    ...tileTraffic({ name: 'large tiles', inputs: large, attrs: { out: 1056 } }, [131, 1056], [64, 128]),
    ...tileTraffic({ name: 'one tile of rows', inputs: small, attrs: { out: 192 } }, [7, 192], [8, 32]),
  ],
  special: [
    sameRows('packed_linear', slices, ['x'], 1),
    sameRows('packed_linear', slices, ['x'], 11),
    sameRows('packed_linear', pairs, ['x'], 3),
    betweenWords('packed_linear', pairs, 'weight'),
    asLinear(3, 150, 40, 'f32'),
    asLinear(3, 151, 40, 'bf16'),
    asLinear(40, 40, 2000, 'f16'),
  ],
}
