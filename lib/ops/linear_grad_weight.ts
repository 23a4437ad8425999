import { badArgument } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { integers, literal, normal, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { computes, operands } from './matmul.ts'

/**
 * The gradients of the weights of `linear`: weight[e] = Σ upstream[r] x[r]ᵀ and bias[e] = Σ upstream[r] over the rows r
 * with expert[r] = e. x: [rows, in], upstream: [rows, out], expert: [rows], given exactly when `experts` is not 0;
 * weight: [experts?, out, in], bias: [experts?, out]. An expert without rows gets zeros.
 */
export const linearGradWeight = defineOp('linear_grad_weight', {
  inputs: {
    x: { dims: 'rows in', layout: 'rows' },
    upstream: { dims: 'rows out', layout: 'rows' },
    expert: { dims: 'rows', dtypes: ['i32'], optional: true },
  },
  attrs: { experts: attr.int(0), compute: attr.oneOf(computes, 'f32') },
  outputs: { weight: { dims: 'experts? out in' }, bias: { dims: 'experts? out', asked: true } },
  shape: ({ inputs: { x, upstream, expert }, attrs: { experts } }) => {
    if (experts < 0) throw badArgument('linear_grad_weight.experts', String(experts), 'a count, 0 for none')
    if ((expert !== null) !== experts > 0)
      throw badArgument(
        'linear_grad_weight.expert',
        expert ? 'a tensor' : 'null',
        `${experts ? 'i32 [rows]' : 'none'}, for ${experts} experts`,
      )
    const bias = experts ? [experts, upstream.shape[1]!] : [upstream.shape[1]!]
    return { weight: [...bias, x.shape[1]!], bias }
  },
  reference: ({ inputs: { x, upstream, expert }, attrs: { experts, compute } }) => {
    const [rows, depth] = x.shape as [number, number]
    const out = upstream.shape[1]!
    const a = operands(x.data, compute)
    const u = operands(upstream.data, compute)
    const stack = experts ? [experts] : []
    const weight = refTensor([...stack, out, depth])
    const bias = refTensor([...stack, out])
    for (let r = 0; r < rows; r++)
      for (let j = 0; j < out; j++) {
        const to = (expert ? expert.data[r]! * out : 0) + j
        bias.data[to]! += upstream.data[r * out + j]!
        for (let i = 0; i < depth; i++) weight.data[to * depth + i]! += u[r * out + j]! * a[r * depth + i]!
      }
    return { weight, bias }
  },
  samples: [
    { name: 'plain', inputs: { x: normal([19, 33]), upstream: normal([19, 21]) } },
    { name: 'two blocks of rows', inputs: { x: normal([300, 7]), upstream: normal([300, 18]) } },
    { name: 'one row', inputs: { x: normal([1, 5]), upstream: normal([1, 3]) } },
    { name: 'no rows', inputs: { x: normal([0, 5]), upstream: normal([0, 3]) } },
    {
      name: 'bf16 products',
      inputs: { x: normal([20, 17]), upstream: normal([20, 40]) },
      attrs: { compute: 'bf16' },
    },
    {
      name: 'experts',
      inputs: { x: normal([40, 9]), upstream: normal([40, 17]), expert: integers([40], 0, 5) },
      attrs: { experts: 5 },
    },
    {
      name: 'experts without rows',
      inputs: { x: normal([3, 6]), upstream: normal([3, 2]), expert: literal([3, 1, 3], [3], 'i32') },
      attrs: { experts: 4 },
    },
  ],
  rejects: [
    {
      name: 'rows',
      inputs: { x: normal([3, 2]), upstream: normal([4, 2]) },
      message: 'rows is 4 here but 3 in x',
    },
    { name: 'x of one axis', inputs: { x: normal([3]), upstream: normal([3, 2]) }, message: 'x [rows in]' },
    {
      name: 'no index',
      inputs: { x: normal([3, 2]), upstream: normal([3, 2]) },
      attrs: { experts: 2 },
      message: 'linear_grad_weight.expert: got null; expected i32 [rows], for 2 experts',
    },
    {
      name: 'an index without experts',
      inputs: { x: normal([3, 2]), upstream: normal([3, 2]), expert: integers([3], 0, 1) },
      message: 'expected none, for 0 experts',
    },
    {
      name: 'index size',
      inputs: { x: normal([3, 2]), upstream: normal([3, 2]), expert: integers([4], 0, 2) },
      attrs: { experts: 2 },
      message: 'rows is 4 here but 3 in x',
    },
    {
      name: 'negative experts',
      inputs: { x: normal([3, 2]), upstream: normal([3, 2]) },
      attrs: { experts: -1 },
      message: 'a count, 0 for none',
    },
  ],
})
