import * as assert from 'uvu/assert'
import { noise } from '../train/tiny_data.ts'

/** What a golden holds of a gradient: see torch_fingerprint.py. */
export interface Fingerprint {
  readonly norm: number
  readonly projections: readonly number[]
  readonly full?: readonly number[]
}

/** Compares the norm, projections and elements of a gradient, relative to the gradient's norm. */
export function checkFingerprint(
  name: string,
  values: Float32Array,
  number: number,
  expected: Fingerprint,
  tolerance: number,
): void {
  const project = (by: Float64Array) => values.reduce((s, v, i) => s + v * (2 * by[i]! - 1), 0)
  const measured = [
    Math.hypot(...values),
    ...expected.projections.map((_, i) => project(noise(5000 + 10 * number + i, values.length))),
    ...(expected.full ? values : []),
  ]
  const given = [expected.norm, ...expected.projections, ...(expected.full ?? [])]
  given.forEach((value, i) => {
    const error = Math.abs(measured[i]! - value) / expected.norm
    assert.ok(error <= tolerance, `${name}: number ${i} is ${measured[i]}, PyTorch has ${value}`)
  })
}
