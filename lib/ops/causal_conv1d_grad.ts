import { defineOp } from '../graph/define.ts'
import { literal, normal, offsetsOf, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { checkWidth, inputAt } from './causal_conv1d_rows.ts'
import { checkExperts, sequencesOf } from './packed.ts'

/**
 * Gradients of causal_conv1d. With v the sum before the activation and g = upstream · activation'(v):
 *   dx[t, c] = Σ_k weight[c, k] · g[t + (width-1) - k, c]  (within the sequence; dState likewise before it)
 *   dWeight[c, k] = Σ_t g[t, c] · x[t - (width-1) + k, c],   dBias[c] = Σ_t g[t, c]
 * The sums run over the rows of a sequence in order, then over the sequences of an expert in order.
 */
export const causalConv1dGrad = defineOp('causal_conv1d_grad', {
  inputs: {
    x: { dims: 'rows d', layout: 'rows' },
    weight: { dims: 'experts? d width' },
    bias: { dims: 'experts? d', optional: true },
    offsets: { dims: 'sequences+1', dtypes: ['i32'] },
    expert: { dims: 'sequences', dtypes: ['i32'], optional: true },
    state: { dims: 'sequences d width-1', optional: true },
    upstream: { dims: 'rows d', layout: 'rows' },
  },
  attrs: { activation: attr.oneOf(['none', 'silu'], 'none') },
  outputs: {
    dx: { dims: 'rows d' },
    dWeight: { dims: 'experts? d width' },
    dBias: { dims: 'experts? d', asked: true },
    dState: { dims: 'sequences d width-1', asked: true },
  },
  shape: ({ inputs: { weight, bias, expert } }) => {
    checkWidth('causal_conv1d_grad', weight.shape.at(-1)!)
    checkExperts('causal_conv1d_grad', expert, { weight: [weight, 2], bias: [bias, 1] })
    return {}
  },
  reference: ({ inputs: { x, weight, bias, offsets, expert, state, upstream }, attrs }) => {
    const d = x.shape[1]!
    const width = weight.shape.at(-1)!
    const dx = refTensor(x.shape)
    const dWeight = refTensor(weight.shape)
    const dBias = refTensor(weight.shape.slice(0, -1))
    const dState = refTensor([offsets.shape[0]! - 1, d, width - 1])
    const input = inputAt(x, state, width)
    for (const sequence of sequencesOf(offsets)) {
      const e = expert ? expert.data[sequence.number]! * d : 0
      for (let c = 0; c < d; c++)
        for (let t = 0; t < sequence.end - sequence.begin; t++) {
          let v = bias ? bias.data[e + c]! : 0
          for (let k = 0; k < width; k++)
            v += weight.data[(e + c) * width + k]! * input(sequence, t - (width - 1) + k, c)
          const s = 1 / (1 + Math.exp(-v))
          const slope = attrs.activation === 'silu' ? s * (1 + v * (1 - s)) : 1
          const g = upstream.data[(sequence.begin + t) * d + c]! * slope
          dBias.data[e + c]! += g
          for (let k = 0; k < width; k++) {
            const position = t - (width - 1) + k
            dWeight.data[(e + c) * width + k]! += g * input(sequence, position, c)
            const through = g * weight.data[(e + c) * width + k]!
            if (position >= 0) dx.data[(sequence.begin + position) * d + c]! += through
            else dState.data[(sequence.number * d + c) * (width - 1) + position + width - 1]! += through
          }
        }
    }
    return { dx, dWeight, dBias, dState }
  },
  samples: [
    {
      name: 'four taps',
      inputs: {
        x: normal([9, 19]),
        weight: normal([19, 4]),
        bias: normal([19]),
        offsets: offsetsOf(5, 0, 1, 2),
        upstream: normal([9, 19]),
      },
      attrs: { activation: 'silu' },
    },
    {
      name: 'with state, experts',
      inputs: {
        x: normal([72, 67]),
        weight: normal([3, 67, 3]),
        bias: normal([3, 67]),
        offsets: offsetsOf(1, 66, 0, 3),
        expert: literal([2, 0, 1, 2], [4], 'i32'),
        state: normal([4, 67, 2]),
        upstream: normal([72, 67]),
      },
      attrs: { activation: 'silu' },
    },
    {
      name: 'no activation, one tap',
      inputs: {
        x: normal([6, 5]),
        weight: normal([5, 1]),
        offsets: offsetsOf(1, 3),
        upstream: normal([6, 5]),
      },
    },
    {
      name: 'no rows',
      inputs: { x: normal([0, 5]), weight: normal([5, 4]), offsets: offsetsOf(0), upstream: normal([0, 5]) },
    },
  ],
  rejects: [
    {
      name: 'upstream',
      inputs: { x: normal([5, 3]), weight: normal([3, 4]), offsets: offsetsOf(5), upstream: normal([5, 4]) },
      message: 'd is 4 here but 3 in x',
    },
    {
      name: 'weight',
      inputs: { x: normal([5, 3]), weight: normal([3]), offsets: offsetsOf(5), upstream: normal([5, 3]) },
      message: 'causal_conv1d_grad: weight [experts? d width]',
    },
    {
      name: 'experts without expert',
      inputs: {
        x: normal([5, 3]),
        weight: normal([2, 3, 4]),
        offsets: offsetsOf(5),
        upstream: normal([5, 3]),
      },
      message: '2 axes, or an expert for each sequence',
    },
    {
      name: 'too wide',
      inputs: { x: normal([5, 3]), weight: normal([3, 17]), offsets: offsetsOf(5), upstream: normal([5, 3]) },
      message: '1 … 16 taps',
    },
  ],
})
