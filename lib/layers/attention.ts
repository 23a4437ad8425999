import type { Value } from '../graph/value.ts'
import { attention, reshape, slice } from '../ops/index.ts'
import { linear } from './linear.ts'
import type { Weights } from './weights.ts'

/**
 * Multi-head self-attention over packed sequences with one fused projection (Vaswani et al. 2017).
 * x: [rows, in]; offsets: i32 [sequences + 1]; qkv.weight: [3 · inner, in]; out.weight: [d, inner]. Gives [rows, d]. Of a
 * sequence with a `kvRange`, i32 [sequences, 2], these rows alone are looked at.
 */
export function selfAttention(
  qkv: Weights,
  out: Weights,
  x: Value,
  offsets: Value,
  options: { readonly heads: number; readonly causal?: boolean; readonly kvRange?: Value | null },
): Value {
  const rows = x.shape[0]!
  const joined = linear(qkv, x)
  const inner = joined.shape[1]! / 3
  const perHead = reshape(joined, [rows, 3 * options.heads, inner / options.heads])
  const part = (i: number) => slice(perHead, 1, i * options.heads, (i + 1) * options.heads)
  const mixed = attention(
    { q: part(0), k: part(1), v: part(2), offsets, kvRange: options.kvRange ?? null },
    { causal: options.causal ?? false, scale: 0 },
  )
  return linear(out, reshape(mixed, [rows, inner]))
}

/** The projections of an attention, each with weights of its own. */
export interface Projections {
  readonly q: Weights
  readonly k: Weights
  readonly v: Weights
  readonly out: Weights
}

export interface ProjectedOptions {
  readonly heads: number
  /** Heads of keys and values, a divisor of `heads`; as many when left out. */
  readonly kvHeads?: number | undefined
  /** Of the products; 0, when left out, stands for 1 / √(width of a head). */
  readonly scale?: number | undefined
  /** [heads, odd width], by relative distance. */
  readonly bias?: Value | null | undefined
  /** What is done to queries and keys, [rows, heads, width of a head], such as turning them by their positions. */
  readonly turn?: ((x: Value) => Value) | undefined
  /** Whether a token sees those before it alone. Default false. */
  readonly causal?: boolean | undefined
}

/**
 * Multi-head self-attention over packed sequences with a projection each for queries, keys and values, as published
 * encoders have them. x: [rows, in]; offsets: i32 [sequences + 1]; q.weight: [inner, in]; k.weight, v.weight:
 * [inner · kvHeads / heads, in]; out.weight: [d, inner]. Gives [rows, d].
 */
export function projectedAttention(
  { q, k, v, out }: Projections,
  x: Value,
  offsets: Value,
  { heads, kvHeads = heads, scale = 0, bias = null, turn = (y) => y, causal = false }: ProjectedOptions,
): Value {
  const queries = turn(perHead(linear(q, x), heads))
  const keys = turn(perHead(linear(k, x), kvHeads))
  const values = perHead(linear(v, x), kvHeads)
  const y = attention({ q: queries, k: keys, v: values, offsets, bias }, { causal, scale })
  return linear(out, joinedHeads(y))
}

/** [rows, heads · width] as [rows, heads, width]. */
export function perHead(x: Value, heads: number): Value {
  return reshape(x, [x.shape[0]!, heads, x.shape[1]! / heads])
}

/** [rows, heads, width] as [rows, heads · width]. */
export function joinedHeads(x: Value): Value {
  const [rows, heads, width] = x.shape as [number, number, number]
  return reshape(x, [rows, heads * width])
}
