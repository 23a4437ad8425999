import { badArgument } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { integers, literal, normal, refTensor } from '../graph/samples.ts'
import { attr, type RefTensor } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { floats } from '../tensor/dtype.ts'
import { formatShape } from '../tensor/shape.ts'
import { linearGradWeight } from './linear_grad_weight.ts'
import { type Compute, computes, operands } from './matmul.ts'
import { transpose } from './permute.ts'
import { unaryFunctions } from './unary_fns.ts'
import { unaryGrad } from './unary_grad.ts'

/** What linear can apply to a row when its sum is done; names are those of `unary`. */
export const epilogues = ['none', 'relu', 'gelu', 'gelu_tanh', 'silu', 'tanh', 'sigmoid', 'softplus'] as const

/**
 * y[r] = f(W[e] x[r] + b[e]) with e = expert[r], or one W and b for all rows. x: [rows, in], weight: [experts?, out, in],
 * bias: [experts?, out], expert: [rows], given exactly when the weights have an axis of experts; y: [rows, out].
 * The saved `pre` is the sum before f.
 */
export const linear = defineOp('linear', {
  inputs: {
    x: { dims: 'rows in', layout: 'rows' },
    weight: { dims: 'experts? out in', dtypes: floats, layout: 'strided' },
    bias: { dims: 'experts? out', dtypes: floats, optional: true },
    expert: { dims: 'rows', dtypes: ['i32'], optional: true },
  },
  attrs: { epilogue: attr.oneOf(epilogues, 'none'), compute: attr.oneOf(computes, 'f32') },
  outputs: { y: { dims: 'rows out' } },
  saved: { pre: { dims: 'rows out' } },
  shape: ({ inputs: { weight, bias, expert } }) => {
    const stacked = weight.shape.length === 3
    if (stacked !== (expert !== null))
      throw badArgument(
        'linear.expert',
        expert ? formatShape(expert.shape) : 'null',
        `${stacked ? 'i32 [rows]' : 'none'}, for weight ${formatShape(weight.shape)}`,
      )
    if (bias && bias.shape.length !== weight.shape.length - 1)
      throw badArgument('linear.bias', formatShape(bias.shape), formatShape(weight.shape.slice(0, -1)))
    return {}
  },
  gradient: ({ inputs: { x, weight, bias, expert }, attrs, saved, upstream, needs }) => {
    const { epilogue, compute } = attrs
    const sum =
      epilogue === 'none' ? upstream.y! : unaryGrad({ x: saved.pre, upstream: upstream.y! }, { fn: epilogue })
    const experts = weight.shape.length === 3 ? weight.shape[0]! : 0
    const weights = () => linearGradWeight({ x, upstream: sum, expert }, { experts, compute })
    const both = needs.weight || needs.bias ? weights() : null
    return {
      x: needs.x ? backwards(sum, weight, expert, compute) : null,
      weight: needs.weight ? both!.weight : null,
      bias: bias && needs.bias ? both!.bias : null,
    }
  },
  reference: ({ inputs: { x, weight, bias, expert }, attrs }) => {
    const [rows, depth] = x.shape as [number, number]
    const out = weight.shape.at(-2)!
    const a = operands(x.data, attrs.compute)
    const w = operands(weight.data, attrs.compute)
    const pre = refTensor([rows, out])
    pre.data.forEach((_, at) => {
      const r = Math.floor(at / out)
      const j = (expert ? expert.data[r]! * out : 0) + (at % out)
      let sum = bias ? bias.data[j]! : 0
      for (let i = 0; i < depth; i++) sum += w[j * depth + i]! * a[r * depth + i]!
      pre.data[at] = sum
    })
    return { y: activated(pre, attrs.epilogue), pre }
  },
  samples: [
    { name: 'plain', inputs: { x: normal([7, 33]), weight: normal([45, 33], 0.2) } },
    { name: 'bias', inputs: { x: normal([18, 20]), weight: normal([35, 20], 0.2), bias: normal([35]) } },
    { name: 'one row', inputs: { x: normal([1, 50]), weight: normal([37, 50], 0.2), bias: normal([37]) } },
    { name: 'one by one', inputs: { x: normal([1, 1]), weight: normal([1, 1]), bias: normal([1]) } },
    { name: 'two blocks of the sum', inputs: { x: normal([5, 290]), weight: normal([19, 290], 0.1) } },
    { name: 'no rows', inputs: { x: normal([0, 5]), weight: normal([4, 5]) } },
    { name: 'nothing to sum', inputs: { x: normal([3, 0]), weight: normal([4, 0]), bias: normal([4]) } },
    ...epilogues.slice(1).map((epilogue) => ({
      name: epilogue,
      inputs: { x: normal([5, 9]), weight: normal([21, 9], 0.4), bias: normal([21]) },
      attrs: { epilogue },
    })),
    {
      name: 'bf16 weights',
      inputs: { x: normal([6, 40]), weight: normal([34, 40], 0.2, 'bf16'), bias: normal([34], 1, 'bf16') },
    },
    {
      name: 'f16 weights',
      inputs: { x: normal([17, 23]), weight: normal([18, 23], 0.2, 'f16'), bias: normal([18], 1, 'f16') },
    },
    {
      name: 'bf16 products',
      inputs: { x: normal([15, 31]), weight: normal([33, 31], 0.2) },
      attrs: { compute: 'bf16' },
      smooth: false,
    },
    {
      name: 'experts',
      inputs: {
        x: normal([23, 18]),
        weight: normal([4, 19, 18], 0.2),
        bias: normal([4, 19]),
        expert: integers([23], 0, 4),
      },
      attrs: { epilogue: 'silu' },
    },
    {
      name: 'experts without rows',
      inputs: {
        x: normal([3, 10]),
        weight: normal([5, 17, 10], 0.2),
        expert: literal([4, 1, 4], [3], 'i32'),
      },
    },
    {
      name: 'no rows for experts',
      inputs: { x: normal([0, 10]), weight: normal([2, 3, 10]), expert: integers([0], 0, 2) },
    },
  ],
  rejects: [
    {
      name: 'x of one axis',
      inputs: { x: normal([3]), weight: normal([2, 3]) },
      message: 'linear: x [rows in]',
    },
    {
      name: 'inner sizes',
      inputs: { x: normal([2, 3]), weight: normal([4, 5]) },
      message: 'in is 5 here but 3 in x',
    },
    {
      name: 'bias size',
      inputs: { x: normal([2, 3]), weight: normal([4, 3]), bias: normal([3]) },
      message: 'out is 3 here but 4 in weight',
    },
    {
      name: 'experts without an index',
      inputs: { x: normal([2, 3]), weight: normal([5, 4, 3]) },
      message: 'linear.expert: got null; expected i32 [rows], for weight [5, 4, 3]',
    },
    {
      name: 'an index without experts',
      inputs: { x: normal([2, 3]), weight: normal([4, 3]), expert: integers([2], 0, 1) },
      message: 'linear.expert: got [2]; expected none',
    },
    {
      name: 'bias of all experts',
      inputs: {
        x: normal([2, 3]),
        weight: normal([5, 4, 3]),
        bias: normal([4]),
        expert: integers([2], 0, 5),
      },
      message: 'linear.bias: got [4]; expected [5, 4]',
    },
    {
      name: 'index size',
      inputs: { x: normal([2, 3]), weight: normal([5, 4, 3]), expert: integers([3], 0, 5) },
      message: 'rows is 3 here but 2 in x',
    },
    {
      name: 'integer weights',
      inputs: { x: normal([2, 3]), weight: integers([4, 3], 0, 5, 'i8') },
      message: 'linear.weight: got i8',
    },
  ],
})

/** The gradient of x: upstream through the transposed weights. */
function backwards(upstream: Value, weight: Value, expert: Value | null, compute: Compute): Value {
  return linear({ x: upstream, weight: transpose(weight), expert }, { compute })
}

/** The values of a linear layer from its sums. */
export function activated(pre: RefTensor, epilogue: (typeof epilogues)[number]): RefTensor {
  if (epilogue === 'none') return pre
  return { shape: pre.shape, data: pre.data.map(unaryFunctions[epilogue].f) }
}
