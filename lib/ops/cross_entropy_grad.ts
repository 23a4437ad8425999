import { check } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor, uniform } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'

/**
 * The gradient of cross_entropy: dLogits = g * (exp(logits - logSumExp) - (1 - s) * [column is target] - s / vocab),
 * with s = labelSmoothing; zeros in ignored rows.
 * logits, dLogits: f32 [rows, vocab]; targets: i32 [rows]; logSumExp, upstream: f32 [rows].
 */
export const crossEntropyGrad = defineOp('cross_entropy_grad', {
  inputs: {
    logits: { dims: 'rows vocab', layout: 'rows' },
    targets: { dims: 'rows', dtypes: ['i32'] },
    logSumExp: { dims: 'rows' },
    upstream: { dims: 'rows' },
  },
  attrs: { ignoreIndex: attr.int(-100), labelSmoothing: attr.float(0) },
  outputs: { dLogits: { dims: 'rows vocab' } },
  shape: ({ attrs: { labelSmoothing } }) => {
    const fits = labelSmoothing >= 0 && labelSmoothing <= 1
    check(fits, 'cross_entropy_grad.labelSmoothing', labelSmoothing, '0 to 1')
    return {}
  },
  reference: ({ inputs: { logits, targets, logSumExp, upstream }, attrs }) => {
    const [rows, vocab] = logits.shape as [number, number]
    const dLogits = refTensor(logits.shape)
    for (let row = 0; row < rows; row++) {
      const target = targets.data[row]!
      if (target === attrs.ignoreIndex) continue
      for (let i = 0; i < vocab; i++) {
        const chosen = i === target ? 1 - attrs.labelSmoothing : 0
        const p = Math.exp(logits.data[row * vocab + i]! - logSumExp.data[row]!)
        dLogits.data[row * vocab + i] = upstream.data[row]! * (p - chosen - attrs.labelSmoothing / vocab)
      }
    }
    return { dLogits }
  },
  samples: [
    {
      name: 'some rows',
      inputs: {
        logits: normal([5, 37]),
        targets: literal([0, 36, 7, 7, 20], [5], 'i32'),
        logSumExp: uniform([5], 3, 5),
        upstream: normal([5]),
      },
    },
    {
      name: 'smoothed, with ignored rows',
      inputs: {
        logits: normal([4, 130]),
        targets: literal([-100, 3, -100, 129], [4], 'i32'),
        logSumExp: uniform([4], 4, 6),
        upstream: normal([4]),
      },
      attrs: { labelSmoothing: 0.1 },
    },
    {
      name: 'no rows',
      inputs: {
        logits: normal([0, 4]),
        targets: literal([], [0], 'i32'),
        logSumExp: normal([0]),
        upstream: normal([0]),
      },
    },
  ],
  rejects: [
    {
      name: 'upstream per column',
      inputs: {
        logits: normal([2, 3]),
        targets: literal([0, 1], [2], 'i32'),
        logSumExp: normal([2]),
        upstream: normal([2, 3]),
      },
      message: 'cross_entropy_grad: upstream [rows] has shape [2, 3]: expected 1 axes',
    },
    {
      name: 'smoothing above 1',
      inputs: {
        logits: normal([2, 3]),
        targets: literal([0, 1], [2], 'i32'),
        logSumExp: normal([2]),
        upstream: normal([2]),
      },
      attrs: { labelSmoothing: 1.5 },
      message: 'cross_entropy_grad.labelSmoothing: got 1.5; expected 0 to 1',
    },
  ],
})
