import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor, uniform } from '../graph/samples.ts'
import { checkExpert, expertRow } from './expert_rows.ts'

const storage = ['f32', 'bf16', 'f16'] as const

/**
 * The gradients of layer_norm, with z = (x - mean) * invStd, g = upstream and h = g * w[expert]:
 * dx = invStd * (h - mean over d of h - z * mean over d of (h * z)),
 * dWeight[e] = sum over rows of expert e of g * z, dBias[e] = sum over rows of expert e of g.
 * x, upstream: f32 [rows, d]; weight: [d] or [experts, d]; expert: i32 [rows]; mean, invStd: f32 [rows].
 */
export const layerNormGrad = defineOp('layer_norm_grad', {
  inputs: {
    x: { dims: 'rows d', layout: 'rows' },
    weight: { dims: 'experts? d', dtypes: storage },
    expert: { dims: 'rows', dtypes: ['i32'], optional: true },
    mean: { dims: 'rows' },
    invStd: { dims: 'rows' },
    upstream: { dims: 'rows d', layout: 'rows' },
  },
  outputs: {
    dx: { dims: 'rows d' },
    dWeight: { dims: 'experts? d', asked: true },
    dBias: { dims: 'experts? d', asked: true },
  },
  shape: ({ inputs }) => {
    checkExpert('layer_norm_grad', inputs.weight, inputs.expert)
    return {}
  },
  reference: ({ inputs: { x, weight, expert, mean, invStd, upstream } }) => {
    const [rows, d] = x.shape as [number, number]
    const dx = refTensor(x.shape)
    const dWeight = refTensor(weight.shape)
    const dBias = refTensor(weight.shape)
    for (let row = 0; row < rows; row++) {
      const r = invStd.data[row]!
      const w = expertRow(expert, row) * d
      const z = (i: number) => (x.data[row * d + i]! - mean.data[row]!) * r
      const h = (i: number) => upstream.data[row * d + i]! * weight.data[w + i]!
      let meanH = 0
      let meanHz = 0
      for (let i = 0; i < d; i++) {
        meanH += h(i) / d
        meanHz += (h(i) * z(i)) / d
      }
      for (let i = 0; i < d; i++) {
        dx.data[row * d + i] = r * (h(i) - meanH - z(i) * meanHz)
        dWeight.data[w + i]! += upstream.data[row * d + i]! * z(i)
        dBias.data[w + i]! += upstream.data[row * d + i]!
      }
    }
    return { dx, dWeight, dBias }
  },
  samples: [
    {
      name: 'one weight',
      inputs: {
        x: normal([5, 19]),
        weight: normal([19]),
        mean: normal([5], 0.1),
        invStd: uniform([5], 0.5, 2),
        upstream: normal([5, 19]),
      },
    },
    {
      name: 'many rows',
      inputs: {
        x: normal([150, 33]),
        weight: normal([33], 1, 'f16'),
        mean: normal([150], 0.1),
        invStd: uniform([150], 0.5, 2),
        upstream: normal([150, 33]),
      },
    },
    {
      name: 'experts, one of them idle',
      inputs: {
        x: normal([6, 70]),
        weight: normal([3, 70], 1, 'bf16'),
        expert: literal([2, 0, 2, 2, 0, 0], [6], 'i32'),
        mean: normal([6], 0.1),
        invStd: uniform([6], 0.5, 2),
        upstream: normal([6, 70]),
      },
    },
  ],
  rejects: [
    {
      name: 'other upstream',
      inputs: {
        x: normal([3, 4]),
        weight: normal([4]),
        mean: normal([3]),
        invStd: normal([3]),
        upstream: normal([2, 4]),
      },
      message: 'layer_norm_grad: upstream [rows d] has shape [2, 4]: rows is 2 here but 3 in x',
    },
    {
      name: 'expert without experts',
      inputs: {
        x: normal([1, 4]),
        weight: normal([4]),
        expert: literal([0], [1], 'i32'),
        mean: normal([1]),
        invStd: normal([1]),
        upstream: normal([1, 4]),
      },
      message: 'layer_norm_grad.expert: got i32 [1]; expected none, for weight [4]',
    },
  ],
})
