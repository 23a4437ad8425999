import { defineOp } from '../graph/define.ts'
import { integers, literal, normal, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { dtypes, isFloat, ranges } from '../tensor/dtype.ts'

const infinity = Number.POSITIVE_INFINITY
const corners = [
  0,
  -0,
  0.5,
  -0.5,
  1.999,
  -1.999,
  127.5,
  -128.5,
  255,
  256,
  3e9,
  -3e9,
  infinity,
  -infinity,
  Number.NaN,
]

/**
 * y = x in another type. x: any dtype and strides. Floats round to nearest even and overflow to infinity;
 * floats lose their fraction on the way to integers, which saturate, and NaN becomes 0; integers saturate
 * too. The gradient, f32 as all gradients, passes between float types unchanged.
 */
export const cast = defineOp('cast', {
  inputs: { x: { dims: '...', dtypes, layout: 'strided' } },
  attrs: { to: attr.oneOf(dtypes) },
  outputs: { y: { dims: '...', dtype: { attr: 'to' } } },
  gradient: ({ inputs, attrs, upstream }) => ({
    x: isFloat(inputs.x.dtype) && isFloat(attrs.to) ? upstream.y : null,
  }),
  reference: ({ inputs: { x }, attrs: { to } }) => {
    if (isFloat(to)) return { y: x }
    const { low, high } = ranges[to]
    const whole = (value: number) =>
      Number.isNaN(value) ? 0 : Math.trunc(Math.min(Math.max(value, low), high))
    return { y: refTensor(x.shape, x.data.map(whole)) }
  },
  samples: [
    ...dtypes.flatMap((from) =>
      dtypes.map((to) => ({
        name: `${from} to ${to}`,
        inputs: {
          x: isFloat(from)
            ? normal([3, 23], 60, from)
            : integers([3, 23], from === 'u8' ? 0 : -128, from === 'u8' ? 256 : 128, from),
        },
        attrs: { to },
        smooth: false as const,
      })),
    ),
    ...(['i8', 'u8', 'i32'] as const).map((to) => ({
      name: `corners to ${to}`,
      inputs: { x: literal(corners) },
      attrs: { to },
      smooth: false as const,
    })),
    {
      name: 'large integers',
      inputs: { x: literal([2147483647, -2147483648, 70000], [3], 'i32') },
      attrs: { to: 'u8' },
    },
    {
      name: 'subnormal half',
      inputs: { x: literal([6e-8, 2e-8, 1e-5, -3e-6]) },
      attrs: { to: 'f16' },
      smooth: false,
    },
    { name: 'smooth', inputs: { x: normal([40]) }, attrs: { to: 'f32' } },
    { name: 'nothing', inputs: { x: normal([0, 2]) }, attrs: { to: 'i8' } },
  ],
  rejects: [
    {
      name: 'no such type',
      inputs: { x: normal([3]) },
      attrs: { to: 'f64' as 'f32' },
      message: 'cast.to: got "f64"',
    },
  ],
})
