import { badArgument, check } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor, uniform } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { formatShape, sameShape } from '../tensor/shape.ts'
import { checkExpert, expertRow } from './expert_rows.ts'
import { layerNormGrad } from './layer_norm_grad.ts'

const storage = ['f32', 'bf16', 'f16'] as const

/**
 * y = (x - mean(x)) / sqrt(var(x) + eps) * weight[expert] + bias[expert] over the last axis, the variance being
 * the mean of squared deviations (Ba, Kiros and Hinton 2016).
 * x: f32 [rows, d]; weight, bias: [d], or [experts, d] with expert: i32 [rows].
 */
export const layerNorm = defineOp('layer_norm', {
  inputs: {
    x: { dims: 'rows d', layout: 'rows' },
    weight: { dims: 'experts? d', dtypes: storage },
    bias: { dims: 'experts? d', dtypes: storage, optional: true },
    expert: { dims: 'rows', dtypes: ['i32'], optional: true },
  },
  attrs: { eps: attr.float(1e-5) },
  outputs: { y: { dims: 'rows d' } },
  saved: { mean: { dims: 'rows' }, invStd: { dims: 'rows' } },
  shape: ({ inputs: { weight, bias, expert }, attrs }) => {
    check(attrs.eps >= 0, 'layer_norm.eps', attrs.eps, '0 or more')
    checkExpert('layer_norm', weight, expert)
    if (bias && !sameShape(bias.shape, weight.shape))
      throw badArgument('layer_norm.bias', formatShape(bias.shape), `${formatShape(weight.shape)}, as weight`)
    return {}
  },
  gradient: ({ inputs: { x, weight, expert }, saved, upstream, needs }) => {
    const { mean, invStd } = saved
    const grad = layerNormGrad({ x, weight, expert, mean, invStd, upstream: upstream.y! })
    return {
      x: needs.x ? grad.dx : null,
      weight: needs.weight ? grad.dWeight : null,
      bias: needs.bias ? grad.dBias : null,
    }
  },
  reference: ({ inputs: { x, weight, bias, expert }, attrs: { eps } }) => {
    const [rows, d] = x.shape as [number, number]
    const y = refTensor(x.shape)
    const mean = refTensor([rows])
    const invStd = refTensor([rows])
    for (let row = 0; row < rows; row++) {
      const values = x.data.subarray(row * d, (row + 1) * d)
      const m = values.reduce((sum, v) => sum + v, 0) / d
      const r = 1 / Math.sqrt(values.reduce((sum, v) => sum + (v - m) ** 2, 0) / d + eps)
      const w = expertRow(expert, row) * d
      mean.data[row] = m
      invStd.data[row] = r
      for (let i = 0; i < d; i++)
        y.data[row * d + i] = (values[i]! - m) * r * weight.data[w + i]! + (bias?.data[w + i] ?? 0)
    }
    return { y, mean, invStd }
  },
  samples: [
    { name: 'with bias', inputs: { x: normal([5, 19]), weight: normal([19]), bias: normal([19]) } },
    { name: 'without bias', inputs: { x: normal([3, 130]), weight: normal([130]) } },
    { name: 'one row', inputs: { x: normal([1, 64]), weight: normal([64]), bias: normal([64]) } },
    {
      name: 'one column',
      inputs: { x: normal([3, 1]), weight: normal([1]), bias: normal([1]) },
      attrs: { eps: 0.1 },
      smooth: false,
    },
    {
      name: 'bf16 weight, f16 bias',
      inputs: { x: normal([4, 64]), weight: normal([64], 1, 'bf16'), bias: normal([64], 1, 'f16') },
    },
    {
      name: 'experts',
      inputs: {
        x: normal([6, 37]),
        weight: normal([3, 37], 1, 'f16'),
        bias: normal([3, 37], 1, 'bf16'),
        expert: literal([2, 0, 2, 2, 0, 1], [6], 'i32'),
      },
      attrs: { eps: 1e-12 },
    },
    {
      name: 'a large mean',
      inputs: { x: uniform([3, 203], 999, 1001), weight: normal([203]), bias: normal([203]) },
      smooth: false,
    },
    {
      name: 'a number far from the others',
      inputs: {
        x: literal(
          Array.from({ length: 201 }, (_, i) => (i === 5 ? 3000 : (i % 7) - 3)),
          [1, 201],
        ),
        weight: normal([201]),
      },
      smooth: false,
    },
    { name: 'no rows', inputs: { x: normal([0, 8]), weight: normal([8]), bias: normal([8]) } },
  ],
  rejects: [
    {
      name: 'one axis',
      inputs: { x: normal([4]), weight: normal([4]) },
      message: 'layer_norm: x [rows d] has shape [4]: expected 2 axes',
    },
    {
      name: 'other width',
      inputs: { x: normal([3, 4]), weight: normal([5]) },
      message: 'layer_norm: weight [experts? d] has shape [5]: d is 5 here but 4 in x',
    },
    {
      name: 'bias of other width',
      inputs: { x: normal([3, 4]), weight: normal([4]), bias: normal([5]) },
      message: 'layer_norm: bias [experts? d] has shape [5]: d is 5 here but 4 in x',
    },
    {
      name: 'one bias for all experts',
      inputs: {
        x: normal([1, 4]),
        weight: normal([2, 4]),
        bias: normal([4]),
        expert: literal([1], [1], 'i32'),
      },
      message: 'layer_norm.bias: got [4]; expected [2, 4], as weight',
    },
    {
      name: 'experts without expert',
      inputs: { x: normal([3, 4]), weight: normal([2, 4]) },
      message: 'layer_norm.expert: got null; expected i32 [rows], for weight [2, 4]',
    },
    {
      name: 'negative eps',
      inputs: { x: normal([3, 4]), weight: normal([4]) },
      attrs: { eps: -1 },
      message: 'layer_norm.eps: got -1; expected 0 or more',
    },
  ],
})
