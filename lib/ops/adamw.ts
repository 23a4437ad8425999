import { check } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor, uniform } from '../graph/samples.ts'
import { attr, type RefTensor } from '../graph/spec.ts'

/**
 * One step of AdamW with decoupled weight decay (Loshchilov and Hutter 2019), as torch.optim.AdamW computes it:
 *   g = grad · gradScale;  m ← m + (1 − β₁)(g − m);  v ← β₂ v + (1 − β₂) g²
 *   param ← param (1 − lr · weightDecay) − lr / (1 − β₁^step) · m / (√v / √(1 − β₂^step) + eps)
 * All tensors have one shape; gradScale [1] is a factor computed by the program (clipping). step counts from 1.
 * Attributes are stored as f32, so β₂ is the f32 nearest to what was given.
 */
export const adamw = defineOp('adamw', {
  inputs: {
    param: { dims: '...' },
    grad: { dims: '...' },
    m: { dims: '...' },
    v: { dims: '...' },
    gradScale: { dims: '1', optional: true },
  },
  attrs: {
    beta1: attr.float(0.9),
    beta2: attr.float(0.999),
    eps: attr.float(1e-8),
    weightDecay: attr.float(0.01),
  },
  run: ['lr', 'step'],
  outputs: { paramOut: { dims: '...' }, mOut: { dims: '...' }, vOut: { dims: '...' } },
  updates: { paramOut: 'param', mOut: 'm', vOut: 'v' },
  interruptible: false,
  shape: ({ attrs: { beta1, beta2, eps, weightDecay } }) => {
    check(beta1 >= 0 && beta1 < 1, 'adamw.beta1', beta1, 'a number in [0, 1)')
    check(beta2 >= 0 && beta2 < 1, 'adamw.beta2', beta2, 'a number in [0, 1)')
    check(eps > 0 && eps < Infinity, 'adamw.eps', eps, 'a positive number')
    check(
      weightDecay >= 0 && weightDecay < Infinity,
      'adamw.weightDecay',
      weightDecay,
      'a number of 0 or more',
    )
    return {}
  },
  reference: ({ inputs: { param, grad, m, v, gradScale }, attrs, run: { lr, step } }) => {
    const [beta1, beta2, eps, decay] = [attrs.beta1, attrs.beta2, attrs.eps, attrs.weightDecay].map(
      Math.fround,
    ) as [number, number, number, number]
    const like = (x: RefTensor) => refTensor(x.shape)
    const [paramOut, mOut, vOut] = [like(param), like(m), like(v)]
    param.data.forEach((p, i) => {
      const g = grad.data[i]! * (gradScale ? gradScale.data[0]! : 1)
      mOut.data[i] = beta1 * m.data[i]! + (1 - beta1) * g
      vOut.data[i] = beta2 * v.data[i]! + (1 - beta2) * g * g
      const rms = Math.sqrt(vOut.data[i]!) / Math.sqrt(1 - beta2 ** step)
      paramOut.data[i] = p * (1 - lr * decay) - (lr / (1 - beta1 ** step)) * (mOut.data[i]! / (rms + eps))
    })
    return { paramOut, mOut, vOut }
  },
  samples: [
    { name: 'first step', inputs: state([37], 0), run: { lr: 0.01, step: 1 } },
    { name: 'later', inputs: state([5, 7, 3]), run: { lr: 0.001, step: 1000 } },
    {
      name: 'other rates',
      inputs: { ...state([33]), gradScale: literal([0.25]) },
      attrs: { beta1: 0.8, beta2: 0.95, eps: 1e-6, weightDecay: 0.1 },
      run: { lr: 0.02, step: 3 },
    },
    { name: 'no decay', inputs: state([1]), attrs: { weightDecay: 0 }, run: { lr: 0.1, step: 2 } },
    { name: 'nothing', inputs: state([0, 3]), run: { lr: 0.1, step: 2 } },
  ],
  rejects: [
    {
      name: 'shapes',
      inputs: { ...state([4]), grad: normal([5]) },
      message: 'leading axes differ from [4] of param',
    },
    {
      name: 'scale',
      inputs: { ...state([4]), gradScale: normal([2]) },
      message: 'expected 1 where it has 2',
    },
    {
      name: 'beta',
      inputs: state([4]),
      attrs: { beta2: 1 },
      message: 'adamw.beta2: got 1; expected a number in [0, 1)',
    },
    { name: 'beta1', inputs: state([4]), attrs: { beta1: -1 }, message: 'adamw.beta1: got -1' },
    {
      name: 'eps',
      inputs: state([4]),
      attrs: { eps: 0 },
      message: 'adamw.eps: got 0; expected a positive number',
    },
    { name: 'decay', inputs: state([4]), attrs: { weightDecay: -1 }, message: 'adamw.weightDecay: got -1' },
  ],
})

function state(shape: readonly number[], moments = 0.1) {
  return {
    param: normal(shape),
    grad: normal(shape),
    m: normal(shape, moments),
    v: uniform(shape, 0, moments),
  }
}
