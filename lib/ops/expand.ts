import { badArgument } from '../core/errors.ts'
import { defineView } from '../graph/define.ts'
import { refTensor } from '../graph/samples.ts'
import type { RefTensor } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { broadcast, count, formatShape, rowMajor, type Shape, sameShape } from '../tensor/shape.ts'

const view = defineView<{ shape: readonly number[] }>({
  name: 'expand',
  isView: true,
  shape: (_, attrs) => attrs.shape as Shape,
  apply: (input, attrs) => {
    const shape = attrs.shape as Shape
    const extra = shape.length - input.shape.length
    return {
      shape,
      offset: input.offset,
      strides: shape.map((_, i) =>
        i < extra || input.shape[i - extra] === 1 ? 0 : input.strides[i - extra]!,
      ),
    }
  },
  // The differentiator sums over broadcast axes, once and for all ops.
  gradient: ({ upstream }) => upstream,
  reference: (input, attrs) => refExpand(input, attrs.shape as Shape),
  keepsRows: (input, attrs) =>
    (attrs.shape as Shape).length === input.length && (attrs.shape as Shape)[0] === input[0],
})

/** x repeated to `shape` by NumPy's rules, without moving data. */
export function expand(x: Value, shape: Shape): Value {
  const wide = broadcast(x.shape, shape)
  if (!wide || !sameShape(wide, shape))
    throw badArgument(
      'expand.shape',
      formatShape(shape),
      `a shape that ${formatShape(x.shape)} broadcasts to`,
    )
  return view(x, { shape: [...shape] })
}

/** The same for reference tensors. */
export function refExpand(input: RefTensor, shape: Shape): RefTensor {
  const extra = shape.length - input.shape.length
  const to = rowMajor(shape)
  const from = rowMajor(input.shape)
  const out = refTensor(shape)
  for (let i = 0; i < count(shape); i++) {
    let source = 0
    input.shape.forEach((size, a) => {
      if (size !== 1) source += (Math.floor(i / to[a + extra]!) % size) * from[a]!
    })
    out.data[i] = input.data[source]!
  }
  return out
}
