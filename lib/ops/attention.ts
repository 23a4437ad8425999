import { VmmError } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { literal, normal, offsetsOf, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { type Dtype, floats } from '../tensor/dtype.ts'
import { attentionGrad } from './attention_grad.ts'
import { attentionInputs, attentionRows, checkAttention, keyRanges } from './attention_rows.ts'
import { cast } from './cast.ts'

const self = (rows: number, heads: number, kvHeads: number, dk: number, dv = dk) => ({
  q: normal([rows, heads, dk]),
  k: normal([rows, kvHeads, dk]),
  v: normal([rows, kvHeads, dv]),
})

const wide = (x: Value): Value => (x.dtype === 'f32' ? x : cast({ x }, { to: 'f32' }))

/** Decoding from a cache of a type: a query each for keys of which some are in several blocks and parts. */
const decoding = (dtype: Dtype, heads: number, kvHeads: number, dk: number, dv = dk) => ({
  q: normal([4, heads, dk]),
  k: normal([700, kvHeads, dk], 1, dtype),
  v: normal([700, kvHeads, dv], 1, dtype),
  offsets: offsetsOf(1, 1, 1, 1),
  kvRange: keyRanges([0, 600], [100, 101], [61, 189], [188, 700]),
})

/** Places of keys among so many rows: some have several keys, in no order. */
const places = (keys: number, rows: number) =>
  literal(
    Array.from({ length: keys }, (_, i) => (i * 37 + (i % 3)) % rows),
    [keys],
    'i32',
  )

/**
 * y = softmax(q k' * scale + bias) v per head, over packed sequences (Vaswani et al. 2017; computed in blocks of
 * keys as in Dao et al. 2022).
 *
 * Sequence s has the query rows offsets[s] … offsets[s+1] and the keys kvRange[s] = [begin, end), or without
 * kvRange the same rows. Ranges may overlap: beams share a memory, and a cache [slots * capacity, heads, d] is read
 * in place. With keyIndex they are ranges of its entries, and an entry is the row of k and v where a key lies: what
 * hypotheses have in common is stored once, wherever it was written. Head h reads kv head h / (heads / kvHeads).
 * With Lq queries and Lk keys, query i is at position i' = i + Lk - Lq among the keys: causal lets it see the keys
 * j <= i' only, and bias[h, j - i' + (width - 1) / 2] is added by relative distance, distances beyond the table as
 * the last one (T5, MPNet, ALiBi). scale 0 stands for 1 / sqrt(dk). A query that sees no key gives zeros, and so do
 * rows outside the sequences.
 *
 * q: f32 [rows, heads, dk]; k: [keys, kvHeads, dk] and v: [keys, kvHeads, dv], each f32, bf16 or f16; offsets: i32
 * [sequences + 1]; kvRange: i32 [sequences, 2]; bias: [heads, width], width odd; keyIndex: i32 [entries], which only
 * inference has: there is no gradient then; y: f32 [rows, heads, dv].
 * Saved: lse [rows, heads], the logarithm of the softmax's sum, -Infinity where no key is seen.
 */
export const attention = defineOp('attention', {
  inputs: {
    ...attentionInputs,
    k: { ...attentionInputs.k, dtypes: floats },
    v: { ...attentionInputs.v, dtypes: floats },
    keyIndex: { dims: 'entries', dtypes: ['i32'], optional: true },
  },
  attrs: { causal: attr.bool(), scale: attr.float(0) },
  outputs: { y: { dims: 'rows heads dv' } },
  saved: { lse: { dims: 'rows heads' } },
  shape: ({ inputs, attrs }) => {
    checkAttention('attention', inputs, attrs)
    return {}
  },
  gradient: ({ inputs: { keyIndex, ...inputs }, attrs, outputs, saved, upstream, needs }) => {
    if (keyIndex) throw new VmmError('UNSUPPORTED', 'attention: with keyIndex there is no gradient')
    const k = wide(inputs.k)
    const v = wide(inputs.v)
    const grad = attentionGrad(
      { ...inputs, k, v, y: outputs.y, lse: saved.lse, upstream: upstream.y! },
      attrs,
    )
    return {
      q: needs.q ? grad.dq : null,
      k: needs.k ? grad.dk : null,
      v: needs.v ? grad.dv : null,
      bias: needs.bias ? grad.dBias : null,
    }
  },
  reference: ({ inputs, attrs }) => {
    const { q, v } = inputs
    const dv = v.shape[2]!
    const y = refTensor([q.shape[0]!, q.shape[1]!, dv])
    const lse = refTensor([q.shape[0]!, q.shape[1]!])
    lse.data.fill(-Infinity)
    for (const { row, head, y: at, keys } of attentionRows(inputs, attrs)) {
      const max = keys.reduce((m, { score }) => Math.max(m, score), -Infinity)
      if (max === -Infinity) continue
      const sum = keys.reduce((s, { score }) => s + Math.exp(score - max), 0)
      lse.data[row * q.shape[1]! + head] = max + Math.log(sum)
      for (const key of keys)
        for (let i = 0; i < dv; i++) y.data[at + i]! += (Math.exp(key.score - max) / sum) * v.data[key.v + i]!
    }
    return { y, lse }
  },
  samples: [
    { name: 'three sequences', inputs: { ...self(12, 2, 2, 7), offsets: offsetsOf(5, 0, 7) } },
    {
      name: 'causal, long, rows to spare',
      inputs: { ...self(150, 1, 1, 19, 33), offsets: offsetsOf(3, 141) },
      attrs: { causal: true },
    },
    {
      name: 'grouped heads, causal',
      inputs: { ...self(70, 6, 2, 16), offsets: offsetsOf(1, 69) },
      attrs: { causal: true, scale: 0.5 },
    },
    {
      name: 'relative bias',
      inputs: { ...self(40, 2, 1, 8, 5), offsets: offsetsOf(22, 18), bias: normal([2, 13]) },
    },
    {
      name: 'relative bias, causal',
      inputs: { ...self(40, 2, 2, 8), offsets: offsetsOf(35, 5), bias: normal([2, 91]) },
      attrs: { causal: true },
    },
    {
      name: 'shared and overlapping memory',
      inputs: {
        q: normal([7, 2, 8]),
        k: normal([80, 1, 8]),
        v: normal([80, 1, 3]),
        offsets: offsetsOf(2, 1, 3, 1),
        kvRange: keyRanges([5, 75], [5, 75], [70, 80], [40, 72]),
        bias: normal([2, 1]),
      },
    },
    {
      name: 'decoding from a cache',
      inputs: {
        q: normal([3, 2, 16]),
        k: normal([200, 2, 16]),
        v: normal([200, 2, 16]),
        offsets: offsetsOf(1, 1, 1),
        kvRange: keyRanges([0, 100], [100, 101], [60, 189]),
      },
      attrs: { causal: true },
    },
    ...floats.map((dtype) => ({
      name: `decoding from a long cache of ${dtype}`,
      inputs: decoding(dtype, 2, 2, 35, 19),
      attrs: { causal: true },
    })),
    {
      name: 'decoding with grouped heads',
      inputs: { ...decoding('bf16', 6, 1, 16), bias: normal([6, 901]) },
    },
    {
      name: 'keys of one type, values of another',
      inputs: { ...self(45, 3, 3, 17, 9), v: normal([45, 3, 9], 1, 'f16'), offsets: offsetsOf(2, 3, 40) },
      attrs: { causal: true },
    },
    {
      name: 'several parts of keys, bf16',
      inputs: {
        q: normal([44, 2, 9]),
        k: normal([560, 1, 9], 1, 'bf16'),
        v: normal([560, 1, 7], 1, 'bf16'),
        offsets: offsetsOf(40, 3),
        kvRange: keyRanges([3, 520], [20, 553]),
      },
      attrs: { causal: true },
    },
    ...floats.map((dtype) => ({
      name: `keys of ${dtype} that lie apart`,
      inputs: {
        ...decoding(dtype, 2, 2, 35, 19),
        k: normal([90, 2, 35], 1, dtype),
        v: normal([90, 2, 19], 1, dtype),
        keyIndex: places(700, 90),
      },
      attrs: { causal: true },
      smooth: false as const,
    })),
    {
      name: 'grouped heads, keys that lie apart',
      inputs: {
        q: normal([4, 6, 8]),
        k: normal([50, 2, 8]),
        v: normal([50, 2, 5], 1, 'f16'),
        offsets: offsetsOf(1, 2, 1),
        kvRange: keyRanges([0, 20], [10, 75], [75, 75]),
        keyIndex: places(80, 50),
      },
      smooth: false,
    },
    {
      name: 'many queries, keys that lie apart',
      inputs: {
        q: normal([44, 2, 9]),
        k: normal([40, 1, 9]),
        v: normal([40, 1, 7]),
        offsets: offsetsOf(40, 3),
        kvRange: keyRanges([3, 320], [20, 153]),
        keyIndex: places(330, 40),
      },
      attrs: { causal: true },
      smooth: false,
    },
    {
      name: 'queries that see nothing',
      inputs: {
        q: normal([9, 1, 4]),
        k: normal([6, 1, 4]),
        v: normal([6, 1, 4]),
        offsets: offsetsOf(6, 2),
        kvRange: keyRanges([1, 5], [3, 3]),
      },
      attrs: { causal: true },
    },
    {
      name: 'keys that the bias rules out',
      inputs: {
        ...self(4, 1, 1, 4),
        offsets: offsetsOf(4),
        bias: literal([-Infinity, -Infinity, -Infinity, -Infinity, 0], [1, 5]),
      },
      smooth: false,
    },
    { name: 'one row, one element', inputs: { ...self(1, 1, 1, 1), offsets: offsetsOf(1) } },
    { name: 'no rows', inputs: { ...self(0, 2, 2, 4), offsets: offsetsOf(0) } },
  ],
  rejects: [
    {
      name: 'no heads axis',
      inputs: { ...self(4, 2, 2, 3), q: normal([4, 6]), offsets: offsetsOf(4) },
      message: 'attention: q [rows heads dk] has shape [4, 6]: expected 3 axes',
    },
    {
      name: 'other key size',
      inputs: { ...self(4, 2, 2, 3), k: normal([4, 2, 5]), offsets: offsetsOf(4) },
      message: 'attention: k [keys kvHeads dk] has shape [4, 2, 5]: dk is 5 here but 3 in q',
    },
    {
      name: 'other values',
      inputs: { ...self(4, 2, 2, 3), v: normal([5, 2, 3]), offsets: offsetsOf(4) },
      message: 'attention: v [keys kvHeads dv] has shape [5, 2, 3]: keys is 5 here but 4 in k',
    },
    {
      name: 'heads that do not divide',
      inputs: { ...self(4, 3, 2, 3), offsets: offsetsOf(4) },
      message: 'attention.k: got 2 heads; expected a number of heads that divides the 3 of q',
    },
    {
      name: 'other keys without ranges',
      inputs: { ...self(4, 2, 2, 3), k: normal([5, 2, 3]), v: normal([5, 2, 3]), offsets: offsetsOf(4) },
      message: 'attention.k: got [5, 2, 3]; expected 4 rows, as q, where kvRange is not given',
    },
    {
      name: 'an index of keys without ranges',
      inputs: { ...self(4, 2, 2, 3), offsets: offsetsOf(4), keyIndex: places(4, 4) },
      message: 'attention.keyIndex: got [4]; expected kvRange beside it, ranges of its entries',
    },
    {
      name: 'float index of keys',
      inputs: {
        ...self(4, 2, 2, 3),
        offsets: offsetsOf(4),
        kvRange: keyRanges([0, 4]),
        keyIndex: normal([4]),
      },
      message: 'attention.keyIndex: got f32; expected i32',
    },
    {
      name: 'ranges of other sequences',
      inputs: { ...self(4, 2, 2, 3), offsets: offsetsOf(4), kvRange: keyRanges([0, 1], [1, 4]) },
      message: 'attention: kvRange [sequences 2] has shape [2, 2]: sequences is 2 here but 1 in offsets',
    },
    {
      name: 'float offsets',
      inputs: { ...self(4, 2, 2, 3), offsets: literal([0, 4]) },
      message: 'attention.offsets: got f32; expected i32',
    },
    {
      name: 'bias of other heads',
      inputs: { ...self(4, 2, 2, 3), offsets: offsetsOf(4), bias: normal([1, 3]) },
      message: 'attention: bias [heads width] has shape [1, 3]: heads is 1 here but 2 in q',
    },
    {
      name: 'even bias',
      inputs: { ...self(4, 2, 2, 3), offsets: offsetsOf(4), bias: normal([2, 4]) },
      message: 'attention.bias: got [2, 4]; expected an odd width',
    },
    {
      name: 'integer values',
      inputs: {
        ...self(4, 2, 2, 3),
        v: literal(new Array<number>(24).fill(1), [4, 2, 3], 'i32'),
        offsets: offsetsOf(4),
      },
      message: 'attention.v: got i32; expected f32 or f16 or bf16',
    },
    {
      name: 'negative scale',
      inputs: { ...self(4, 2, 2, 3), offsets: offsetsOf(4) },
      attrs: { scale: -1 },
      message: 'attention.scale: got -1; expected 0 (for 1 / sqrt(dk)) or more',
    },
  ],
})
