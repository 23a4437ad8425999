import { integers, normal, uniform } from '../../../lib/graph/samples.ts'
import { quantisedShapes } from '../../../lib/ops/quantized_linear.ts'
import type { Sample } from '../../support/op_runs.ts'
import { betweenWords } from '../between_words.ts'
import { sameRows } from '../same_rows.ts'
import type { KernelCases, Traffic } from './cases.ts'

const bytes = { q8_0: 1, q4_0: 0.5 } as const
const weights = (kind: keyof typeof bytes, out: number, depth: number): Sample['inputs'] => {
  const shapes = quantisedShapes(out, depth, kind === 'q4_0')
  return {
    quants:
      kind === 'q8_0' ? integers(shapes.quants, -128, 128, 'i8') : integers(shapes.quants, 0, 256, 'u8'),
    scales: uniform(shapes.scales, 0.001, 0.01, 'f16'),
  }
}
const slices = (kind: keyof typeof bytes): Sample => ({
  name: `slices of ${kind}`,
  inputs: { x: normal([75, 96]), ...weights(kind, 1030, 96), bias: normal([1030]) },
  attrs: { out: 1030 },
})
const several = (kind: keyof typeof bytes): Sample => ({
  name: `more slices than simdgroups, ${kind}`,
  inputs: { x: normal([9, 608]), ...weights(kind, 35, 608) },
  attrs: { out: 35 },
})

/** Operands once for each tile; x is read as it is, then written and read in 8 bits with a scale for each block. */
function traffic(
  kind: keyof typeof bytes,
  [rows, depth, out]: readonly [number, number, number],
  [height, width]: readonly [number, number],
): Traffic[] {
  const sample = {
    name: `${kind}, ${rows} rows`,
    inputs: { x: normal([rows, depth]), ...weights(kind, out, depth) },
    attrs: { out },
  }
  const weight = out * depth * (bytes[kind] + 1 / 16)
  const row = depth * (1 + 1 / 8)
  const moved = (times: number, rereads: number) =>
    weight * times + rows * (4 * depth + row * (1 + rereads)) + 4 * rows * out
  return [
    { sample, counted: 'distinct', least: moved(1, 1) },
    { sample, least: moved(Math.ceil(rows / height), Math.ceil(out / width)) },
  ]
}

export const cases: KernelCases = {
  larger: [slices('q8_0'), slices('q4_0'), several('q8_0'), several('q4_0')],
  traffic: [
    ...traffic('q8_0', [3, 512, 96], [8, 32]),
    ...traffic('q4_0', [3, 512, 96], [8, 32]),
    ...traffic('q4_0', [131, 64, 1056], [64, 128]),
  ],
  survivors: ['v < operand . count', 'from + k < depth'].map((guard) => ({
    code: 'const bool there = v < operand.count && from + k < depth;',
    what: `${guard} is true`,
    why: 'quantized_linear brings its blocks by a function of its own; the other products notice',
  })),
  special: [
    sameRows('quantized_linear', slices('q8_0'), ['x'], 1),
    sameRows('quantized_linear', slices('q4_0'), ['x'], 11),
    betweenWords('quantized_linear', several('q8_0'), 'quants'),
  ],
}
