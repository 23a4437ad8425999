import { check } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { checkExpert, expertRow } from './expert_rows.ts'
import { rmsNormGrad } from './rms_norm_grad.ts'

const storage = ['f32', 'bf16', 'f16'] as const

/**
 * y = x * rsqrt(mean(x^2) + eps) * weight[expert] over the last axis (Zhang and Sennrich 2019).
 * x: f32 [rows, d]; weight: [d], or [experts, d] with expert: i32 [rows].
 */
export const rmsNorm = defineOp('rms_norm', {
  inputs: {
    x: { dims: 'rows d', layout: 'rows' },
    weight: { dims: 'experts? d', dtypes: storage },
    expert: { dims: 'rows', dtypes: ['i32'], optional: true },
  },
  attrs: { eps: attr.float(1e-5) },
  outputs: { y: { dims: 'rows d' } },
  saved: { invRms: { dims: 'rows' } },
  shape: ({ inputs, attrs }) => {
    check(attrs.eps >= 0, 'rms_norm.eps', attrs.eps, '0 or more')
    checkExpert('rms_norm', inputs.weight, inputs.expert)
    return {}
  },
  gradient: ({ inputs, saved, upstream, needs }) => {
    const grad = rmsNormGrad({ ...inputs, invRms: saved.invRms, upstream: upstream.y! })
    return { x: needs.x ? grad.dx : null, weight: needs.weight ? grad.dWeight : null }
  },
  reference: ({ inputs: { x, weight, expert }, attrs: { eps } }) => {
    const [rows, d] = x.shape as [number, number]
    const y = refTensor(x.shape)
    const invRms = refTensor([rows])
    for (let row = 0; row < rows; row++) {
      let squares = 0
      for (let i = 0; i < d; i++) squares += x.data[row * d + i]! ** 2
      const r = 1 / Math.sqrt(squares / d + eps)
      const w = expertRow(expert, row) * d
      invRms.data[row] = r
      for (let i = 0; i < d; i++) y.data[row * d + i] = x.data[row * d + i]! * r * weight.data[w + i]!
    }
    return { y, invRms }
  },
  samples: [
    { name: 'one weight', inputs: { x: normal([5, 19]), weight: normal([19]) } },
    { name: 'one row', inputs: { x: normal([1, 200]), weight: normal([200]) } },
    { name: 'one column', inputs: { x: normal([3, 1]), weight: normal([1]) }, attrs: { eps: 0.1 } },
    { name: 'bf16 weight', inputs: { x: normal([4, 64]), weight: normal([64], 1, 'bf16') } },
    {
      name: 'experts in f16',
      inputs: {
        x: normal([6, 37]),
        weight: normal([3, 37], 1, 'f16'),
        expert: literal([2, 0, 2, 2, 0, 1], [6], 'i32'),
      },
    },
    {
      name: 'one expert',
      inputs: { x: normal([2, 9]), weight: normal([1, 9]), expert: literal([0, 0], [2], 'i32') },
    },
    { name: 'tiny values', inputs: { x: normal([3, 50], 1e-3), weight: normal([50]) }, attrs: { eps: 1e-6 } },
    { name: 'no rows', inputs: { x: normal([0, 8]), weight: normal([8]) } },
  ],
  rejects: [
    {
      name: 'three axes',
      inputs: { x: normal([2, 3, 4]), weight: normal([4]) },
      message: 'rms_norm: x [rows d] has shape [2, 3, 4]: expected 2 axes',
    },
    {
      name: 'other width',
      inputs: { x: normal([3, 4]), weight: normal([5]) },
      message: 'rms_norm: weight [experts? d] has shape [5]: d is 5 here but 4 in x',
    },
    {
      name: 'integer weight',
      inputs: { x: normal([3, 4]), weight: literal([1, 2, 3, 4], [4], 'i32') },
      message: 'rms_norm.weight: got i32; expected f32 or bf16 or f16',
    },
    {
      name: 'experts without expert',
      inputs: { x: normal([3, 4]), weight: normal([2, 4]) },
      message: 'rms_norm.expert: got null; expected i32 [rows], for weight [2, 4]',
    },
    {
      name: 'expert without experts',
      inputs: { x: normal([3, 4]), weight: normal([4]), expert: literal([0, 0, 0], [3], 'i32') },
      message: 'rms_norm.expert: got i32 [3]; expected none, for weight [4]',
    },
    {
      name: 'expert of other rows',
      inputs: { x: normal([3, 4]), weight: normal([2, 4]), expert: literal([0, 0], [2], 'i32') },
      message: 'rms_norm: expert [rows] has shape [2]: rows is 2 here but 3 in x',
    },
    {
      name: 'negative eps',
      inputs: { x: normal([3, 4]), weight: normal([4]) },
      attrs: { eps: -1 },
      message: 'rms_norm.eps: got -1; expected 0 or more',
    },
  ],
})
