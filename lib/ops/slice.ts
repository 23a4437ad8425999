import { badArgument } from '../core/errors.ts'
import { defineView } from '../graph/define.ts'
import { refTensor } from '../graph/samples.ts'
import type { AttrRecord } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { count, formatShape, rowMajor, type Shape } from '../tensor/shape.ts'
import { pad } from './pad.ts'

const parts = (attrs: AttrRecord) => ({
  axis: attrs.axis as number,
  begin: attrs.begin as number,
  end: attrs.end as number,
})
const resized = (input: Shape, attrs: AttrRecord) =>
  input.map((d, i) => (i === parts(attrs).axis ? parts(attrs).end - parts(attrs).begin : d))

const view = defineView<{ axis: number; begin: number; end: number }>({
  name: 'slice',
  isView: true,
  shape: resized,
  apply: ({ shape, offset, strides }, attrs) => ({
    shape: resized(shape, attrs),
    offset: offset + parts(attrs).begin * strides[parts(attrs).axis]!,
    strides,
  }),
  gradient: ({ input, attrs, upstream }) => {
    const { axis, begin, end } = parts(attrs)
    return pad({ x: upstream }, { axis, before: begin, after: input.shape[axis]! - end })
  },
  reference: (input, attrs) => {
    const { axis, begin } = parts(attrs)
    const shape = resized(input.shape, attrs)
    const out = refTensor(shape)
    const inner = rowMajor(input.shape)[axis]!
    const run = shape[axis]! * inner
    for (let o = 0; o < count(shape) / (run || 1); o++) {
      const source = o * input.shape[axis]! * inner + begin * inner
      out.data.set(input.data.subarray(source, source + run), o * run)
    }
    return out
  },
  keepsRows: (_, attrs) => parts(attrs).axis !== 0,
})

/** Elements begin … end (excluded) along one axis; negative positions count from the end. */
export function slice(x: Value, axis: number, begin: number, end: number): Value {
  const size = x.shape[axis < 0 ? axis + x.shape.length : axis]
  if (size === undefined) throw badArgument('slice.axis', String(axis), `an axis of ${formatShape(x.shape)}`)
  const from = begin < 0 ? begin + size : begin
  const to = end < 0 ? end + size : end
  if (!(from >= 0 && from <= to && to <= size))
    throw badArgument('slice', `${begin} … ${end}`, `a range within 0 … ${size}`)
  return view(x, { axis: axis < 0 ? axis + x.shape.length : axis, begin: from, end: to })
}
