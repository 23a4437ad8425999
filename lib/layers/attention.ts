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
