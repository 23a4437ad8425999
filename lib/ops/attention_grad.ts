import { defineOp } from '../graph/define.ts'
import { normal, offsetsOf, refTensor, uniform } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { attentionInputs, attentionRows, checkAttention, keyRanges } from './attention_rows.ts'

interface Sizes {
  readonly rows: number
  readonly keys?: number
  readonly heads: number
  readonly kvHeads: number
  readonly dk: number
  readonly dv: number
}

const call = ({ rows, keys = rows, heads, kvHeads, dk, dv }: Sizes) => ({
  q: normal([rows, heads, dk]),
  k: normal([keys, kvHeads, dk]),
  v: normal([keys, kvHeads, dv]),
  y: normal([rows, heads, dv]),
  lse: uniform([rows, heads], 3, 5),
  upstream: normal([rows, heads, dv]),
})

/**
 * The gradients of attention from its output y, lse and g = upstream. With the probabilities
 * P[i, j] = exp(q_i k_j * scale + bias - lse_i), and D_i = g_i y_i:
 * dS[i, j] = P[i, j] (g_i v_j - D_i), dq_i = scale * sum_j dS[i, j] k_j, dk_j = scale * sum_i dS[i, j] q_i,
 * dv_j = sum_i P[i, j] g_i, and dBias[h, w] is the sum of the dS of all pairs that used bias[h, w].
 * Keys sum over all sequences and heads that see them, in their order. Shapes are as in attention.
 */
export const attentionGrad = defineOp('attention_grad', {
  inputs: {
    ...attentionInputs,
    y: { dims: 'rows heads dv' },
    lse: { dims: 'rows heads' },
    upstream: { dims: 'rows heads dv' },
  },
  attrs: { causal: attr.bool(), scale: attr.float(0) },
  outputs: {
    dq: { dims: 'rows heads dk' },
    dk: { dims: 'keys kvHeads dk' },
    dv: { dims: 'keys kvHeads dv' },
    dBias: { dims: 'heads width', asked: true },
  },
  shape: ({ inputs, attrs }) => {
    checkAttention('attention_grad', inputs, attrs)
    return { dBias: [inputs.q.shape[1]!, inputs.bias?.shape[1] ?? 0] }
  },
  reference: ({ inputs, attrs }) => {
    const { q, k, v, bias, y, lse, upstream } = inputs
    const [, heads, dkSize] = q.shape as [number, number, number]
    const dvSize = v.shape[2]!
    const scale = attrs.scale || 1 / Math.sqrt(dkSize)
    const dq = refTensor(q.shape)
    const dk = refTensor(k.shape)
    const dv = refTensor(v.shape)
    const dBias = refTensor([heads, bias?.shape[1] ?? 0])
    for (const { row, head, q: own, y: out, keys } of attentionRows(inputs, attrs)) {
      let d = 0
      for (let i = 0; i < dvSize; i++) d += upstream.data[out + i]! * y.data[out + i]!
      const norm = lse.data[row * heads + head]!
      if (norm === -Infinity) continue
      for (const key of keys) {
        const p = Math.exp(key.score - norm)
        let dp = 0
        for (let i = 0; i < dvSize; i++) {
          dp += upstream.data[out + i]! * v.data[key.v + i]!
          dv.data[key.v + i]! += p * upstream.data[out + i]!
        }
        const ds = p * (dp - d)
        for (let i = 0; i < dkSize; i++) {
          dq.data[own + i]! += scale * ds * k.data[key.k + i]!
          dk.data[key.k + i]! += scale * ds * q.data[own + i]!
        }
        if (bias) dBias.data[key.bias]! += ds
      }
    }
    return { dq, dk, dv, dBias }
  },
  samples: [
    {
      name: 'three sequences',
      inputs: { ...call({ rows: 12, heads: 2, kvHeads: 2, dk: 7, dv: 7 }), offsets: offsetsOf(5, 0, 7) },
    },
    {
      name: 'causal, long, rows to spare',
      inputs: { ...call({ rows: 150, heads: 1, kvHeads: 1, dk: 19, dv: 33 }), offsets: offsetsOf(3, 141) },
      attrs: { causal: true },
    },
    {
      name: 'grouped heads, causal',
      inputs: { ...call({ rows: 70, heads: 6, kvHeads: 2, dk: 16, dv: 16 }), offsets: offsetsOf(1, 69) },
      attrs: { causal: true, scale: 0.5 },
    },
    {
      name: 'relative bias',
      inputs: {
        ...call({ rows: 40, heads: 2, kvHeads: 1, dk: 8, dv: 5 }),
        offsets: offsetsOf(22, 18),
        bias: normal([2, 13]),
      },
    },
    {
      name: 'relative bias, causal',
      inputs: {
        ...call({ rows: 90, heads: 2, kvHeads: 2, dk: 8, dv: 8 }),
        offsets: offsetsOf(80, 10),
        bias: normal([2, 131]),
      },
      attrs: { causal: true },
    },
    {
      name: 'shared and overlapping memory',
      inputs: {
        ...call({ rows: 7, keys: 80, heads: 2, kvHeads: 1, dk: 8, dv: 3 }),
        offsets: offsetsOf(2, 1, 3, 1),
        kvRange: keyRanges([5, 75], [5, 75], [70, 80], [40, 72]),
        bias: normal([2, 1]),
      },
    },
    {
      name: 'queries that see nothing',
      inputs: {
        ...call({ rows: 9, keys: 6, heads: 1, kvHeads: 1, dk: 4, dv: 4 }),
        offsets: offsetsOf(6, 2),
        kvRange: keyRanges([1, 5], [3, 3]),
      },
      attrs: { causal: true },
    },
    {
      name: 'no rows',
      inputs: { ...call({ rows: 0, heads: 2, kvHeads: 2, dk: 4, dv: 4 }), offsets: offsetsOf(0) },
    },
  ],
  rejects: [
    {
      name: 'upstream of other heads',
      inputs: {
        ...call({ rows: 4, heads: 2, kvHeads: 2, dk: 3, dv: 3 }),
        upstream: normal([4, 1, 3]),
        offsets: offsetsOf(4),
      },
      message: 'attention_grad: upstream [rows heads dv] has shape [4, 1, 3]: heads is 1 here but 2 in q',
    },
    {
      name: 'lse per row',
      inputs: {
        ...call({ rows: 4, heads: 2, kvHeads: 2, dk: 3, dv: 3 }),
        lse: normal([4]),
        offsets: offsetsOf(4),
      },
      message: 'attention_grad: lse [rows heads] has shape [4]: expected 2 axes',
    },
    {
      name: 'heads that do not divide',
      inputs: { ...call({ rows: 4, heads: 3, kvHeads: 2, dk: 3, dv: 3 }), offsets: offsetsOf(4) },
      message: 'attention_grad.k: got 2 heads; expected a number of heads that divides the 3 of q',
    },
    {
      name: 'even bias',
      inputs: {
        ...call({ rows: 4, heads: 2, kvHeads: 2, dk: 3, dv: 3 }),
        offsets: offsetsOf(4),
        bias: normal([2, 2]),
      },
      message: 'attention_grad.bias: got [2, 2]; expected an odd width',
    },
  ],
})
