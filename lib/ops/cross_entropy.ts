import { check } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { crossEntropyGrad } from './cross_entropy_grad.ts'

/**
 * loss = logSumExp(logits) - (1 - s) * logits[target] - s * mean(logits) per row, with s = labelSmoothing:
 * the cross-entropy with (1 - s) on the target and s spread evenly (Szegedy et al. 2016). Rows whose target is
 * ignoreIndex have loss 0; any other target outside 0 … vocab - 1 ends the run with an error.
 * logits: f32 [rows, vocab]; targets: i32 [rows]; loss: f32 [rows].
 */
export const crossEntropy = defineOp('cross_entropy', {
  inputs: { logits: { dims: 'rows vocab', layout: 'rows' }, targets: { dims: 'rows', dtypes: ['i32'] } },
  attrs: { ignoreIndex: attr.int(-100), labelSmoothing: attr.float(0) },
  outputs: { loss: { dims: 'rows' } },
  saved: { logSumExp: { dims: 'rows' } },
  shape: ({ attrs: { labelSmoothing } }) => {
    check(
      labelSmoothing >= 0 && labelSmoothing <= 1,
      'cross_entropy.labelSmoothing',
      labelSmoothing,
      '0 to 1',
    )
    return {}
  },
  gradient: ({ inputs, attrs, saved, upstream }) => ({
    logits: crossEntropyGrad({ ...inputs, logSumExp: saved.logSumExp, upstream: upstream.loss! }, attrs),
  }),
  reference: ({ inputs: { logits, targets }, attrs: { ignoreIndex, labelSmoothing } }) => {
    const [rows, vocab] = logits.shape as [number, number]
    const loss = refTensor([rows])
    const logSumExp = refTensor([rows])
    for (let row = 0; row < rows; row++) {
      const z = logits.data.subarray(row * vocab, (row + 1) * vocab)
      const max = z.reduce((m, v) => Math.max(m, v), -Infinity)
      const lse = max === -Infinity ? max : max + Math.log(z.reduce((s, v) => s + Math.exp(v - max), 0))
      const target = targets.data[row]!
      logSumExp.data[row] = lse
      if (target === ignoreIndex) continue
      loss.data[row] = lse - (1 - labelSmoothing) * z[target]!
      if (labelSmoothing > 0) loss.data[row]! -= (labelSmoothing * z.reduce((s, v) => s + v, 0)) / vocab
    }
    return { loss, logSumExp }
  },
  samples: [
    {
      name: 'some rows',
      inputs: { logits: normal([5, 37], 3), targets: literal([0, 36, 7, 7, 20], [5], 'i32') },
    },
    {
      name: 'smoothed',
      inputs: { logits: normal([3, 1000], 2), targets: literal([999, 0, 500], [3], 'i32') },
      attrs: { labelSmoothing: 0.1 },
    },
    {
      name: 'ignored rows',
      inputs: { logits: normal([4, 9]), targets: literal([-100, 3, -100, 8], [4], 'i32') },
      attrs: { labelSmoothing: 0.3 },
    },
    {
      name: 'ignored index 0',
      inputs: { logits: normal([3, 70]), targets: literal([0, 3, 69], [3], 'i32') },
      attrs: { ignoreIndex: 0 },
    },
    {
      name: 'rising logits',
      inputs: {
        logits: literal(
          Array.from({ length: 600 }, (_, i) => i * 2 - 600),
          [1, 600],
        ),
        targets: literal([599], [1], 'i32'),
      },
    },
    {
      // In one long sum each of the equal terms would be rounded the same way.
      name: 'long row',
      inputs: {
        logits: literal(
          Array.from({ length: 40_000 }, (_, i) => (i < 64 ? 10.3 : 0)),
          [1, 40_000],
        ),
        targets: literal([39_999], [1], 'i32'),
      },
      tolerance: 2e-6,
      smooth: false,
    },
    {
      name: 'impossible words',
      inputs: {
        logits: literal([-Infinity, 1, 2, 0.5, -Infinity, -Infinity], [2, 3]),
        targets: literal([1, 0], [2], 'i32'),
      },
      smooth: false,
    },
    { name: 'one word', inputs: { logits: normal([2, 1]), targets: literal([0, 0], [2], 'i32') } },
    { name: 'no rows', inputs: { logits: normal([0, 4]), targets: literal([], [0], 'i32') } },
  ],
  rejects: [
    {
      name: 'one axis',
      inputs: { logits: normal([4]), targets: literal([0], [1], 'i32') },
      message: 'cross_entropy: logits [rows vocab] has shape [4]: expected 2 axes',
    },
    {
      name: 'targets of other rows',
      inputs: { logits: normal([2, 4]), targets: literal([0], [1], 'i32') },
      message: 'cross_entropy: targets [rows] has shape [1]: rows is 1 here but 2 in logits',
    },
    {
      name: 'float targets',
      inputs: { logits: normal([2, 4]), targets: normal([2]) },
      message: 'cross_entropy.targets: got f32; expected i32',
    },
    {
      name: 'negative smoothing',
      inputs: { logits: normal([1, 4]), targets: literal([0], [1], 'i32') },
      attrs: { labelSmoothing: -0.1 },
      message: 'cross_entropy.labelSmoothing: got -0.1; expected 0 to 1',
    },
  ],
})
