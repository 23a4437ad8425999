import { badArgument } from '../core/errors.ts'
import { defineView } from '../graph/define.ts'
import { refTensor } from '../graph/samples.ts'
import type { AttrRecord } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { count, formatShape, rowMajor, type Shape } from '../tensor/shape.ts'

const axesOf = (attrs: AttrRecord) => attrs.axes as readonly number[]

const view = defineView<{ axes: readonly number[] }>({
  name: 'permute',
  isView: true,
  shape: (input, attrs) => axesOf(attrs).map((a) => input[a]!),
  apply: ({ shape, offset, strides }, attrs) => ({
    shape: axesOf(attrs).map((a) => shape[a]!),
    offset,
    strides: axesOf(attrs).map((a) => strides[a]!),
  }),
  gradient: ({ attrs, upstream }) => {
    const inverse = new Array<number>(axesOf(attrs).length)
    axesOf(attrs).forEach((from, to) => {
      inverse[from] = to
    })
    return permute(upstream, inverse)
  },
  reference: (input, attrs) => {
    const axes = axesOf(attrs)
    const shape = axes.map((a) => input.shape[a]!)
    const from = rowMajor(input.shape)
    const to = rowMajor(shape)
    const out = refTensor(shape)
    for (let i = 0; i < count(shape); i++) {
      let source = 0
      axes.forEach((a, k) => {
        source += (Math.floor(i / to[k]!) % shape[k]!) * from[a]!
      })
      out.data[i] = input.data[source]!
    }
    return out
  },
  keepsRows: (_, attrs) => axesOf(attrs)[0] === 0,
})

/** Axis i of the result is axis `axes[i]` of x. */
export function permute(x: Value, axes: readonly number[]): Value {
  if (axes.length !== x.shape.length || [...axes].sort().some((a, i) => a !== i))
    throw badArgument('permute.axes', formatShape(axes), `each of 0 … ${x.shape.length - 1} once`)
  return view(x, { axes: [...axes] })
}

/** Swaps the last two axes. */
export function transpose(x: Value): Value {
  const axes = x.shape.map((_: number, i: number) => i)
  const n = axes.length
  if (n < 2) throw badArgument('transpose.x', formatShape(x.shape as Shape), 'at least 2 axes')
  axes[n - 1] = n - 2
  axes[n - 2] = n - 1
  return permute(x, axes)
}
