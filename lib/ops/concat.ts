import { badArgument, VmmError } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { integers, normal, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { dtypes } from '../tensor/dtype.ts'
import { count, formatShape, type Shape } from '../tensor/shape.ts'
import { slice } from './slice.ts'

const first = { dtypes, layout: 'strided' } as const
const further = { dtypes, layout: 'strided', optional: true } as const
const names = ['x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7'] as const

/** The given tensors and how far along the axis each begins. */
function given<T extends { readonly shape: Shape }>(
  inputs: Readonly<Record<(typeof names)[number], T | null>>,
  axis: number,
) {
  let begin = 0
  return names.flatMap((name) => {
    const value = inputs[name]
    if (!value) return []
    const part = { name, value, begin, end: begin + value.shape[axis]! }
    begin = part.end
    return [part]
  })
}

/** y = x0, x1, … one after another along an axis. Any one dtype, any strides; the other axes are equal. */
export const concatOp = defineOp('concat', {
  inputs: {
    x0: first,
    x1: further,
    x2: further,
    x3: further,
    x4: further,
    x5: further,
    x6: further,
    x7: further,
  },
  attrs: { axis: attr.int() },
  outputs: { y: { dtype: { like: 'x0' } } },
  rule: 'concat',
  shape: ({ inputs, attrs: { axis } }) => {
    const { shape, dtype } = inputs.x0
    if (axis < 0 || axis >= shape.length)
      throw badArgument('concat.axis', String(axis), `an axis of ${formatShape(shape)}`)
    const parts = given(inputs, axis)
    for (const { name, value } of parts) {
      const fits =
        value.shape.length === shape.length && value.shape.every((d, i) => i === axis || d === shape[i])
      if (!fits || value.dtype !== dtype)
        throw new VmmError(
          'BAD_ARGUMENT',
          `concat: ${name} is ${value.dtype} ${formatShape(value.shape)}; x0 is ${dtype} ${formatShape(shape)}, ` +
            `they may differ along axis ${axis} alone`,
          { argument: name },
        )
      if (axis === 0 && value.live)
        throw badArgument('concat.axis', '0', `another axis: axis 0 of ${name} has a live count`)
      if (value.live !== inputs.x0.live)
        throw badArgument(`concat.${name}`, `live count '${value.live}'`, `'${inputs.x0.live}' as in x0`)
    }
    return { y: shape.map((d, i) => (i === axis ? parts.at(-1)!.end : d)) }
  },
  gradient: ({ inputs, attrs: { axis }, upstream, needs }) =>
    Object.fromEntries(
      given(inputs, axis).map(({ name, begin, end }) => [
        name,
        needs[name] ? slice(upstream.y!, axis, begin, end) : null,
      ]),
    ),
  reference: ({ inputs, attrs: { axis } }) => {
    const parts = given(inputs, axis)
    const whole = parts.at(-1)!.end
    const y = refTensor(inputs.x0.shape.map((d, i) => (i === axis ? whole : d)))
    const inner = count(inputs.x0.shape.slice(axis + 1))
    for (const { value, begin, end } of parts) {
      const run = (end - begin) * inner
      for (let o = 0; o < count(value.shape.slice(0, axis)); o++)
        y.data.set(value.data.subarray(o * run, (o + 1) * run), (o * whole + begin) * inner)
    }
    return { y }
  },
  samples: [
    {
      name: 'columns',
      inputs: { x0: normal([5, 7]), x1: normal([5, 1]), x2: normal([5, 19]) },
      attrs: { axis: 1 },
    },
    { name: 'rows', inputs: { x0: normal([2, 33]), x1: normal([4, 33]) }, attrs: { axis: 0 } },
    { name: 'middle', inputs: { x0: normal([2, 3, 5]), x1: normal([2, 1, 5]) }, attrs: { axis: 1 } },
    { name: 'with a gap', inputs: { x0: normal([3]), x5: normal([4]), x7: normal([0]) }, attrs: { axis: 0 } },
    { name: 'alone', inputs: { x0: normal([3, 2]) }, attrs: { axis: 1 } },
    ...dtypes.map((dtype) => ({
      name: dtype,
      inputs: { x0: integers([3, 5], 0, 100, dtype), x1: integers([3, 2], 0, 100, dtype) },
      attrs: { axis: 1 },
      smooth: false as const,
    })),
  ],
  rejects: [
    { name: 'no such axis', inputs: { x0: normal([3]) }, attrs: { axis: 1 }, message: 'an axis of [3]' },
    {
      name: 'other axis differs',
      inputs: { x0: normal([3, 2]), x1: normal([4, 2]) },
      attrs: { axis: 1 },
      message: 'concat: x1 is f32 [4, 2]; x0 is f32 [3, 2]',
    },
    {
      name: 'other type',
      inputs: { x0: normal([3]), x1: integers([3], 0, 5) },
      attrs: { axis: 0 },
      message: 'concat: x1 is i32 [3]',
    },
  ],
})

/** Any number of tensors, one after another along an axis; a negative axis counts from the end. */
export function concat(values: readonly Value[], axis: number): Value {
  const [one] = values
  if (!one) throw badArgument('concat.values', '[]', 'at least one tensor')
  if (values.length === 1) return one
  const parts: Value[] = []
  const at = axis < 0 ? axis + one.shape.length : axis
  for (let i = 0; i < values.length; i += names.length) {
    const group = values.slice(i, i + names.length)
    const inputs = Object.fromEntries(group.map((value, k) => [names[k]!, value])) as { x0: Value }
    parts.push(group.length === 1 ? group[0]! : concatOp(inputs, { axis: at }))
  }
  return concat(parts, at)
}
