import type { Value } from '../graph/value.ts'
import { add } from '../ops/index.ts'
import { selfAttention } from './attention.ts'
import { linear } from './linear.ts'
import { layerNorm } from './norm.ts'
import type { Weights } from './weights.ts'

const normEps = 1e-5

/**
 * A layer of an encoder, pre-norm (Vaswani et al. 2017; Xiong et al. 2020, arXiv 2002.04745):
 *   x += attention_out attention(qkv norm(x));  x += down gelu(up norm(x))
 * x [rows, d]; offsets i32 [sequences + 1]; kvRange as selfAttention has it.
 */
export function encoderLayer(
  w: Weights,
  x: Value,
  {
    offsets,
    ...options
  }: { readonly heads: number; readonly offsets: Value; readonly kvRange?: Value | null },
): Value {
  const normed = layerNorm(w.scope('attention_norm'), x, normEps)
  const mixed = selfAttention(w.scope('qkv'), w.scope('attention_out'), normed, offsets, options)
  const looked = add(x, mixed)
  const up = linear(w.scope('ffn.up'), layerNorm(w.scope('ffn_norm'), looked, normEps), 'gelu')
  return add(looked, linear(w.scope('ffn.down'), up))
}
