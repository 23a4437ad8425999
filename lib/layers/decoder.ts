import type { Value } from '../graph/value.ts'
import { add, attention, reshape, slice } from '../ops/index.ts'
import type { Compute } from '../ops/matmul.ts'
import { linear } from './linear.ts'
import { layerNorm } from './norm.ts'
import type { Weights } from './weights.ts'

/** Keys and values, heads [keys, 2 · heads, d / heads], and which of them each sequence of queries sees. */
export interface Keys {
  readonly kv: Value
  /** i32 [sequences, 2]; null where the keys are the queries' own rows. */
  readonly kvRange: Value | null
}

export interface DecoderOptions {
  readonly heads: number
  /** i32 [sequences + 1] */
  readonly offsets: Value
  /** What a token may look back at, given the keys and values of the rows: these, or a cache that they are put into. */
  readonly own: (kv: Value) => Keys
  /** The memory as this layer sees it. */
  readonly memory: Keys
  readonly compute: Compute
}

const normEps = 1e-5

/**
 * A layer of a causal decoder with a memory, pre-norm (Vaswani et al. 2017; Xiong et al. 2020, arXiv 2002.04745):
 *   x += out attention(qkv norm(x));  x += out attention(q norm(x), memory);  x += down gelu(up norm(x))
 * x [rows, d].
 */
export function decoderLayer(w: Weights, x: Value, options: DecoderOptions): Value {
  const { heads, offsets, memory, compute } = options
  const [rows, d] = x.shape as [number, number]
  const attend = (q: Value, { kv, kvRange }: Keys, causal: boolean) => {
    const [k, v] = [0, 1].map((i) => slice(kv, 1, i * heads, (i + 1) * heads)) as [Value, Value]
    return reshape(attention({ q, k, v, offsets, kvRange }, { causal, scale: 0 }), [rows, d])
  }
  const project = (name: string, input: Value, activation: 'none' | 'gelu' = 'none') =>
    linear(w.scope(name), input, activation, compute)
  const norm = (name: string, input: Value) => layerNorm(w.scope(name), input, normEps)

  const qkv = perHead(project('self.qkv', norm('self_norm', x)), d / heads)
  const own = options.own(slice(qkv, 1, heads, 3 * heads))
  const looked = add(x, project('self.out', attend(slice(qkv, 1, 0, heads), own, true)))
  const asked = perHead(project('cross.q', norm('cross_norm', looked)), d / heads)
  const told = add(looked, project('cross.out', attend(asked, memory, false)))
  return add(told, project('ffn.down', project('ffn.up', norm('ffn_norm', told), 'gelu')))
}

/** Rows [n, heads · width] by head, [n, heads, width]. */
export function perHead(x: Value, width: number): Value {
  return reshape(x, [x.shape[0]!, x.shape[1]! / width, width])
}
