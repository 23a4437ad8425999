import type { Dtype } from '../tensor/dtype.ts'
import { count, type Shape } from '../tensor/shape.ts'
import type { RefTensor, SampleTensor } from './spec.ts'

/** Seeded normal values for a sample. */
export function normal(shape: Shape, scale = 1, dtype: Dtype = 'f32'): SampleTensor {
  return { shape, dtype, fill: { kind: 'normal', scale } }
}

/** Seeded values between two bounds. */
export function uniform(shape: Shape, low: number, high: number, dtype: Dtype = 'f32'): SampleTensor {
  return { shape, dtype, fill: { kind: 'uniform', low, high } }
}

/** Seeded i32 values from low to high, high excluded. */
export function integers(shape: Shape, low: number, high: number, dtype: Dtype = 'i32'): SampleTensor {
  return { shape, dtype, fill: { kind: 'integers', low, high } }
}

/** Given values. */
export function literal(
  values: readonly number[],
  shape: Shape = [values.length],
  dtype: Dtype = 'f32',
): SampleTensor {
  return { shape, dtype, fill: { kind: 'literal', values } }
}

/** Row offsets of packed sequences with the given lengths: [0, a, a + b, …]. */
export function offsetsOf(...lengths: readonly number[]): SampleTensor {
  const values = [0]
  for (const n of lengths) values.push(values.at(-1)! + n)
  return literal(values, [values.length], 'i32')
}

/** A zero-filled reference tensor. */
export function refTensor(shape: Shape, data: Float64Array = new Float64Array(count(shape))): RefTensor {
  return { shape, data }
}
