import { VmmError } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { integers, literal, normal, offsetsOf, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { causalConv1dGrad } from './causal_conv1d_grad.ts'
import { checkWidth, inputAt } from './causal_conv1d_rows.ts'
import { checkExperts, sequencesOf } from './packed.ts'

/**
 * Depthwise causal convolution of packed sequences, the one before Mamba's scan (Gu and Dao, arXiv 2312.00752):
 *   y[t, c] = activation(bias[c] + Σ_k weight[c, k] · x[t - (width-1) + k, c]),   k = 0 … width-1
 * x [rows, d]; weight [d, width] and bias [d], or [experts, …] with one expert per sequence; offsets
 * [sequences+1]. Inputs before a sequence are those of `state` [sequences, d, width-1], older first, or zeros;
 * stateOut is the state after it. All f32. Rows outside the sequences give zeros.
 * The loss must not depend on stateOut: nothing flows back through it.
 */
export const causalConv1d = defineOp('causal_conv1d', {
  inputs: {
    x: { dims: 'rows d', layout: 'rows' },
    weight: { dims: 'experts? d width' },
    bias: { dims: 'experts? d', optional: true },
    offsets: { dims: 'sequences+1', dtypes: ['i32'] },
    expert: { dims: 'sequences', dtypes: ['i32'], optional: true },
    state: { dims: 'sequences d width-1', optional: true },
  },
  attrs: { activation: attr.oneOf(['none', 'silu'], 'none') },
  outputs: { y: { dims: 'rows d' }, stateOut: { dims: 'sequences d width-1', asked: true } },
  shape: ({ inputs: { weight, bias, expert } }) => {
    checkWidth('causal_conv1d', weight.shape.at(-1)!)
    checkExperts('causal_conv1d', expert, { weight: [weight, 2], bias: [bias, 1] })
    return {}
  },
  gradient: ({ inputs, attrs, upstream, needs }) => {
    if (upstream.stateOut)
      throw new VmmError(
        'UNSUPPORTED',
        'causal_conv1d: stateOut has no gradient; let the loss depend on y alone',
      )
    const grad = causalConv1dGrad({ ...inputs, upstream: upstream.y! }, attrs)
    return {
      x: needs.x ? grad.dx : null,
      weight: needs.weight ? grad.dWeight : null,
      bias: needs.bias ? grad.dBias : null,
      state: needs.state ? grad.dState : null,
    }
  },
  reference: ({ inputs: { x, weight, bias, offsets, expert, state }, attrs, shapes }) => {
    const d = x.shape[1]!
    const width = weight.shape.at(-1)!
    const y = refTensor(x.shape)
    const stateOut = refTensor(shapes.stateOut ?? [offsets.shape[0]! - 1, d, width - 1])
    const input = inputAt(x, state, width)
    for (const sequence of sequencesOf(offsets)) {
      const e = expert ? expert.data[sequence.number]! * d : 0
      const length = sequence.end - sequence.begin
      for (let c = 0; c < d; c++) {
        for (let t = 0; t < length; t++) {
          let sum = bias ? bias.data[e + c]! : 0
          for (let k = 0; k < width; k++)
            sum += weight.data[(e + c) * width + k]! * input(sequence, t - (width - 1) + k, c)
          y.data[(sequence.begin + t) * d + c] =
            attrs.activation === 'silu' ? sum / (1 + Math.exp(-sum)) : sum
        }
        for (let k = 0; k < width - 1; k++)
          stateOut.data[(sequence.number * d + c) * (width - 1) + k] = input(
            sequence,
            length - (width - 1) + k,
            c,
          )
      }
    }
    return { y, stateOut }
  },
  samples: [
    {
      name: 'four taps',
      inputs: {
        x: normal([9, 19]),
        weight: normal([19, 4]),
        bias: normal([19]),
        offsets: offsetsOf(5, 0, 1, 2),
      },
      attrs: { activation: 'silu' },
    },
    {
      name: 'with state',
      inputs: {
        x: normal([7, 33]),
        weight: normal([33, 4]),
        offsets: offsetsOf(2, 0, 5),
        state: normal([3, 33, 3]),
      },
    },
    {
      name: 'experts',
      inputs: {
        x: normal([70, 3]),
        weight: normal([3, 3, 3]),
        bias: normal([3, 3]),
        offsets: offsetsOf(1, 66, 0, 3),
        expert: literal([2, 0, 1, 2], [4], 'i32'),
        state: normal([4, 3, 2]),
      },
      attrs: { activation: 'silu' },
    },
    {
      name: 'few rows of many channels',
      inputs: {
        x: normal([6, 150]),
        weight: normal([2, 150, 4]),
        bias: normal([2, 150]),
        offsets: offsetsOf(1, 0, 3),
        expert: literal([1, 0, 1], [3], 'i32'),
        state: normal([3, 150, 3]),
      },
      attrs: { activation: 'silu' },
    },
    {
      name: 'one tap, rows outside',
      inputs: { x: normal([6, 5]), weight: normal([5, 1]), bias: normal([5]), offsets: offsetsOf(1, 3) },
    },
    {
      name: 'no rows',
      inputs: {
        x: normal([0, 5]),
        weight: normal([5, 4]),
        offsets: offsetsOf(0, 0),
        state: normal([2, 5, 3]),
      },
    },
    {
      name: 'long',
      inputs: { x: normal([300, 20]), weight: normal([20, 5]), offsets: offsetsOf(170, 130) },
      attrs: { activation: 'silu' },
    },
  ],
  rejects: [
    {
      name: 'rank of x',
      inputs: { x: normal([5]), weight: normal([5, 4]), offsets: offsetsOf(1) },
      message: 'causal_conv1d: x [rows d]',
    },
    {
      name: 'channels',
      inputs: { x: normal([5, 3]), weight: normal([4, 4]), offsets: offsetsOf(5) },
      message: 'd is 4 here but 3 in x',
    },
    {
      name: 'bias',
      inputs: { x: normal([5, 3]), weight: normal([3, 4]), bias: normal([4]), offsets: offsetsOf(5) },
      message: 'd is 4 here but 3 in x',
    },
    {
      name: 'state',
      inputs: { x: normal([5, 3]), weight: normal([3, 4]), offsets: offsetsOf(5), state: normal([1, 3, 4]) },
      message: 'width is 5 here but 4 in weight',
    },
    {
      name: 'float offsets',
      inputs: { x: normal([5, 3]), weight: normal([3, 4]), offsets: normal([2]) },
      message: 'causal_conv1d.offsets: got f32; expected i32',
    },
    {
      name: 'experts without expert',
      inputs: { x: normal([5, 3]), weight: normal([2, 3, 4]), offsets: offsetsOf(5) },
      message: '2 axes, or an expert for each sequence',
    },
    {
      name: 'expert without experts',
      inputs: {
        x: normal([5, 3]),
        weight: normal([3, 4]),
        offsets: offsetsOf(5),
        expert: integers([1], 0, 1),
      },
      message: 'experts first, because expert is given',
    },
    {
      name: 'experts of a sequence each',
      inputs: {
        x: normal([5, 3]),
        weight: normal([2, 3, 4]),
        offsets: offsetsOf(5),
        expert: integers([2], 0, 2),
      },
      message: 'sequences is 2 here but 1 in offsets',
    },
    {
      name: 'too wide',
      inputs: { x: normal([5, 3]), weight: normal([3, 17]), offsets: offsetsOf(5) },
      message: '1 … 16 taps',
    },
  ],
})
