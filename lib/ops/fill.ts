import { badArgument } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { type Dtype, dtypes, isFloat, ranges } from '../tensor/dtype.ts'
import { count as elements, type Shape } from '../tensor/shape.ts'
import { expand } from './expand.ts'
import { reshape } from './reshape.ts'

/**
 * y[i] = value, i < count. The value travels as f32 and must be one of the dtype's numbers if that is an
 * integer.
 */
export const fill = defineOp('fill', {
  inputs: {},
  attrs: { value: attr.float(), dtype: attr.oneOf(dtypes), count: attr.int() },
  outputs: { y: { dims: 'count', dtype: { attr: 'dtype' } } },
  shape: ({ attrs: { value, dtype, count } }) => {
    if (count < 0) throw badArgument('fill.count', String(count), 'a count of 0 or more')
    if (!isFloat(dtype)) {
      const { low, high } = ranges[dtype]
      if (!Number.isInteger(value) || value < low || value > high || Math.fround(value) !== value)
        throw badArgument('fill.value', String(value), `an integer within ${low} … ${high} that f32 can hold`)
    }
    return { y: [count] }
  },
  reference: ({ attrs: { value, count } }) => ({
    y: refTensor([count], new Float64Array(count).fill(value)),
  }),
  samples: [
    ...dtypes.map((dtype) => ({ name: dtype, inputs: {}, attrs: { value: 3, dtype, count: 37 } })),
    { name: 'fraction', inputs: {}, attrs: { value: -0.1, dtype: 'f32', count: 5 } },
    { name: 'infinity', inputs: {}, attrs: { value: Number.NEGATIVE_INFINITY, dtype: 'f32', count: 1 } },
    { name: 'least', inputs: {}, attrs: { value: -128, dtype: 'i8', count: 2 } },
    { name: 'nothing', inputs: {}, attrs: { value: 1, dtype: 'f32', count: 0 } },
  ],
  rejects: [
    {
      name: 'negative count',
      inputs: {},
      attrs: { value: 0, dtype: 'f32', count: -1 },
      message: 'fill.count: got -1',
    },
    {
      name: 'beyond the type',
      inputs: {},
      attrs: { value: 256, dtype: 'u8', count: 1 },
      message: 'an integer within 0 … 255',
    },
    {
      name: 'fraction',
      inputs: {},
      attrs: { value: 0.5, dtype: 'i32', count: 1 },
      message: 'fill.value: got 0.5',
    },
  ],
})

/** A tensor of one value, without memory for each element. */
export function full(shape: Shape, value: number, dtype: Dtype = 'f32'): Value {
  const one = reshape(
    fill({}, { value, dtype, count: 1 }),
    shape.map(() => 1),
  )
  return elements(shape) === 1 ? one : expand(one, shape)
}

export function zeros(shape: Shape, dtype: Dtype = 'f32'): Value {
  return full(shape, 0, dtype)
}
