import type { Value } from '../graph/value.ts'
import { add, attention, concat, expand, mul, reshape, rmsNorm } from '../ops/index.ts'
import { joinedHeads, perHead } from './attention.ts'
import { linear } from './linear.ts'
import type { Weights } from './weights.ts'

/** Sizes of T5's blocks. */
export interface T5Sizes {
  readonly heads: number
  /** Whether the feed-forward part is gated, as since version 1.1. */
  readonly gated: boolean
  readonly activation: 'relu' | 'gelu' | 'gelu_tanh'
  readonly normEps: number
  /** What training does to rows before they are added to others, and to hidden units: dropout. Left out: nothing. */
  readonly drop?: ((x: Value) => Value) | undefined
}

/** Keys and values [keys, heads, width of a head], and which of them each sequence sees, i32 [sequences, 2]. */
export interface T5Keys {
  readonly k: Value
  readonly v: Value
  /** Null where the keys are the queries' own rows. */
  readonly kvRange: Value | null
}

export interface T5EncoderOptions extends T5Sizes {
  /** i32 [sequences + 1] */
  readonly offsets: Value
  /** [heads, odd width], by relative distance: see relativeBias. */
  readonly bias: Value
  /** f32 [rows, 1]: added to what each row scores as a key, far below 0 for one that none may look at. Null: all may. */
  readonly keyScores: Value | null
}

/** A block of T5's encoder (Raffel et al. 2020, arXiv 1910.10683) over packed rows [rows, d]; its weights below `w`. */
export function t5EncoderBlock(w: Weights, x: Value, options: T5EncoderOptions): Value {
  const { heads, offsets, bias, keyScores } = options
  const attend = w.scope('layer.0')
  const own = attend.scope('SelfAttention')
  const read = t5Norm(attend.scope('layer_norm'), x, options)
  const [q, k, v] = ['q', 'k', 'v'].map((name) => perHead(linear(own.scope(name), read), heads)) as [
    Value,
    Value,
    Value,
  ]
  const keys = keyScores === null ? { q, k } : scoredKeys(q, k, keyScores)
  const looked = attention({ ...keys, v, offsets, bias }, { causal: false, scale: 1 })
  return feedForward(
    w.scope('layer.1'),
    added(x, linear(own.scope('o'), joinedHeads(looked)), options),
    options,
  )
}

export interface T5DecoderOptions extends T5Sizes {
  readonly offsets: Value
  /** [heads, odd width], by relative distance: see causalBias. */
  readonly bias: Value
  /** What a token may look back at, given the keys and values of the rows, [rows, inner] each. */
  readonly own: (k: Value, v: Value) => T5Keys
  /** The encoder's rows as this block sees them: see t5CrossKeys. */
  readonly memory: T5Keys
}

/** A block of T5's decoder over packed rows [rows, d]. */
export function t5DecoderBlock(w: Weights, x: Value, options: T5DecoderOptions): Value {
  const { heads, offsets, bias, own, memory } = options
  const [attend, cross] = [w.scope('layer.0'), w.scope('layer.1')]
  const self = attend.scope('SelfAttention')
  const read = t5Norm(attend.scope('layer_norm'), x, options)
  const keys = own(linear(self.scope('k'), read), linear(self.scope('v'), read))
  const q = perHead(linear(self.scope('q'), read), heads)
  const looked = attention({ q, ...keys, offsets, bias }, { causal: true, scale: 1 })
  const seen = added(x, linear(self.scope('o'), joinedHeads(looked)), options)

  const other = cross.scope('EncDecAttention')
  const asked = perHead(linear(other.scope('q'), t5Norm(cross.scope('layer_norm'), seen, options)), heads)
  const told = attention({ q: asked, ...memory, offsets }, { causal: false, scale: 1 })
  return feedForward(
    w.scope('layer.2'),
    added(seen, linear(other.scope('o'), joinedHeads(told)), options),
    options,
  )
}

/** The encoder's last rows as the keys and values of a decoder's block, [rows, inner] each. */
export function t5CrossKeys(w: Weights, encoded: Value): { readonly k: Value; readonly v: Value } {
  const other = w.scope('layer.1.EncDecAttention')
  return { k: linear(other.scope('k'), encoded), v: linear(other.scope('v'), encoded) }
}

/** x / √(mean x²) · weight */
export function t5Norm(w: Weights, x: Value, { normEps }: Pick<T5Sizes, 'normEps'>): Value {
  return rmsNorm({ x, weight: w.get('weight') }, { eps: normEps })
}

function feedForward(w: Weights, x: Value, options: T5Sizes): Value {
  const { gated, activation, drop = (hidden) => hidden } = options
  const dense = w.scope('DenseReluDense')
  const y = t5Norm(w.scope('layer_norm'), x, options)
  const up = gated
    ? mul(linear(dense.scope('wi_0'), y, activation), linear(dense.scope('wi_1'), y))
    : linear(dense.scope('wi'), y, activation)
  return added(x, linear(dense.scope('wo'), drop(up)), options)
}

function added(x: Value, y: Value, { drop }: Pick<T5Sizes, 'drop'>): Value {
  return add(x, drop ? drop(y) : y)
}

/** Queries and keys of one more number each, whose product is the key's own score. */
function scoredKeys(q: Value, k: Value, scores: Value): { readonly q: Value; readonly k: Value } {
  const [rows, heads] = q.shape as [number, number, number]
  const perHeadOf = (x: Value) => expand(reshape(x, [rows, 1, 1]), [rows, heads, 1])
  return {
    q: concat([q, perHeadOf(add(mul(scores, 0), 1))], 2),
    k: concat([k, perHeadOf(scores)], 2),
  }
}
