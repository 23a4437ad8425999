import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor, uniform } from '../graph/samples.ts'
import { checkExpert, expertRow } from './expert_rows.ts'

const storage = ['f32', 'bf16', 'f16'] as const

/**
 * The gradients of rms_norm, with r = invRms, g = upstream, h = g * w[expert] and n = mean over d of (h * x):
 * dx = r * h - r^3 * n * x, dWeight[e] = sum over rows of expert e of g * x * r.
 * x, upstream: f32 [rows, d]; weight: [d] or [experts, d]; expert: i32 [rows]; invRms: f32 [rows].
 */
export const rmsNormGrad = defineOp('rms_norm_grad', {
  inputs: {
    x: { dims: 'rows d', layout: 'rows' },
    weight: { dims: 'experts? d', dtypes: storage },
    expert: { dims: 'rows', dtypes: ['i32'], optional: true },
    invRms: { dims: 'rows' },
    upstream: { dims: 'rows d', layout: 'rows' },
  },
  outputs: { dx: { dims: 'rows d' }, dWeight: { dims: 'experts? d', asked: true } },
  shape: ({ inputs }) => {
    checkExpert('rms_norm_grad', inputs.weight, inputs.expert)
    return {}
  },
  reference: ({ inputs: { x, weight, expert, invRms, upstream } }) => {
    const [rows, d] = x.shape as [number, number]
    const dx = refTensor(x.shape)
    const dWeight = refTensor(weight.shape)
    for (let row = 0; row < rows; row++) {
      const r = invRms.data[row]!
      const w = expertRow(expert, row) * d
      let mean = 0
      for (let i = 0; i < d; i++)
        mean += (upstream.data[row * d + i]! * weight.data[w + i]! * x.data[row * d + i]!) / d
      for (let i = 0; i < d; i++) {
        const at = row * d + i
        const g = upstream.data[at]!
        dx.data[at] = r * g * weight.data[w + i]! - r ** 3 * mean * x.data[at]!
        dWeight.data[w + i]! += g * x.data[at]! * r
      }
    }
    return { dx, dWeight }
  },
  samples: [
    {
      name: 'one weight',
      inputs: {
        x: normal([5, 19]),
        weight: normal([19]),
        invRms: uniform([5], 0.5, 2),
        upstream: normal([5, 19]),
      },
    },
    {
      name: 'many rows',
      inputs: {
        x: normal([150, 33]),
        weight: normal([33], 1, 'bf16'),
        invRms: uniform([150], 0.5, 2),
        upstream: normal([150, 33]),
      },
    },
    {
      name: 'experts, one of them idle',
      inputs: {
        x: normal([6, 70]),
        weight: normal([3, 70], 1, 'f16'),
        expert: literal([2, 0, 2, 2, 0, 0], [6], 'i32'),
        invRms: uniform([6], 0.5, 2),
        upstream: normal([6, 70]),
      },
    },
    {
      name: 'no rows',
      inputs: { x: normal([0, 4]), weight: normal([4]), invRms: normal([0]), upstream: normal([0, 4]) },
    },
  ],
  rejects: [
    {
      name: 'other upstream',
      inputs: { x: normal([3, 4]), weight: normal([4]), invRms: normal([3]), upstream: normal([3, 5]) },
      message: 'rms_norm_grad: upstream [rows d] has shape [3, 5]: d is 5 here but 4 in x',
    },
    {
      name: 'other invRms',
      inputs: { x: normal([3, 4]), weight: normal([4]), invRms: normal([2]), upstream: normal([3, 4]) },
      message: 'rms_norm_grad: invRms [rows] has shape [2]: rows is 2 here but 3 in x',
    },
    {
      name: 'experts without expert',
      inputs: { x: normal([3, 4]), weight: normal([2, 4]), invRms: normal([3]), upstream: normal([3, 4]) },
      message: 'rms_norm_grad.expert: got null; expected i32 [rows], for weight [2, 4]',
    },
  ],
})
