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
  /** i32 [entries], of which kvRange has ranges then: the places of keys, where they lie apart. */
  readonly keyIndex?: Value | null
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
  /** Whether a norm is over a part's sum, and units are ReLU, as PyTorch has them; else norms come first, and GELU. */
  readonly postNorm: boolean
}

const normEps = 1e-5

/**
 * A layer of a causal decoder with a memory, pre-norm (Vaswani et al. 2017; Xiong et al. 2020, arXiv 2002.04745):
 *   x += out attention(qkv norm(x));  x += out attention(q norm(x), memory);  x += down gelu(up norm(x))
 * or post-norm, x = norm(x + out attention(qkv x)) and so on. x [rows, d].
 */
export function decoderLayer(w: Weights, x: Value, options: DecoderOptions): Value {
  const { heads, offsets, memory, compute, postNorm } = options
  const [rows, d] = x.shape as [number, number]
  const attend = (q: Value, { kv, kvRange, keyIndex = null }: Keys, causal: boolean) => {
    const [k, v] = [0, 1].map((i) => slice(kv, 1, i * heads, (i + 1) * heads)) as [Value, Value]
    return reshape(attention({ q, k, v, offsets, kvRange, keyIndex }, { causal, scale: 0 }), [rows, d])
  }
  const project = (name: string, input: Value, activation: 'none' | 'gelu' | 'relu' = 'none') =>
    linear(w.scope(name), input, activation, compute)
  const norm = (name: string, input: Value) => layerNorm(w.scope(name), input, normEps)
  const adding = (name: string, input: Value, part: (read: Value) => Value) =>
    postNorm ? norm(name, add(input, part(input))) : add(input, part(norm(name, input)))

  const looked = adding('self_norm', x, (read) => {
    const qkv = perHead(project('self.qkv', read), d / heads)
    const own = options.own(slice(qkv, 1, heads, 3 * heads))
    return project('self.out', attend(slice(qkv, 1, 0, heads), own, true))
  })
  const told = adding('cross_norm', looked, (read) =>
    project('cross.out', attend(perHead(project('cross.q', read), d / heads), memory, false)),
  )
  return adding('ffn_norm', told, (read) =>
    project('ffn.down', project('ffn.up', read, postNorm ? 'relu' : 'gelu')),
  )
}

/** Rows [n, heads · width] by head, [n, heads, width]. */
export function perHead(x: Value, width: number): Value {
  return reshape(x, [x.shape[0]!, x.shape[1]! / width, width])
}
