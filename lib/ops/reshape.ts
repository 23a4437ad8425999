import { badArgument } from '../core/errors.ts'
import { defineView } from '../graph/define.ts'
import type { AttrRecord } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { count, formatShape, isContiguous, rowMajor, type Shape } from '../tensor/shape.ts'

const view = defineView<{ shape: readonly number[] }>({
  name: 'reshape',
  isView: true,
  shape: (input, attrs) => target(input, attrs),
  apply: (input, attrs) => {
    const shape = target(input.shape, attrs)
    return isContiguous(input.shape, input.strides) || count(shape) <= 1
      ? { shape, offset: input.offset, strides: rowMajor(shape) }
      : null
  },
  gradient: ({ input, upstream }) => reshape(upstream, input.shape),
  reference: (input, attrs) => ({ shape: target(input.shape, attrs), data: input.data }),
  keepsRows: (input, attrs) => target(input, attrs)[0] === input[0],
})

function target(input: Shape, attrs: AttrRecord): number[] {
  const wanted = attrs.shape as readonly number[]
  const known = wanted.reduce((n, d) => (d === -1 ? n : n * d), 1)
  const shape = wanted.map((d) => (d === -1 ? count(input) / (known || 1) : d))
  if (
    wanted.filter((d) => d === -1).length > 1 ||
    count(shape) !== count(input) ||
    shape.some((d) => !Number.isInteger(d))
  )
    throw badArgument(
      'reshape.shape',
      formatShape(wanted),
      `${count(input)} elements, as in ${formatShape(input)}`,
    )
  return shape
}

/** The same elements in row-major order under another shape; one axis may be -1. */
export function reshape(x: Value, shape: Shape): Value {
  return view(x, { shape: [...shape] })
}
