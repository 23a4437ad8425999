import type { Value } from '../graph/value.ts'
import { add } from '../ops/index.ts'
import { linear } from './linear.ts'
import { layerNorm } from './norm.ts'
import type { Weights } from './weights.ts'

/** The parts of a post-norm layer below their published names. */
export interface PostNormLayer {
  readonly attentionNorm: Weights
  readonly up: Weights
  readonly down: Weights
  readonly ffnNorm: Weights
}

/**
 * What follows attention in a layer of BERT (Devlin et al. 2019, arXiv 1810.04805): x = norm(x + attended), then
 * x = norm(x + down activation(up x)). x, attended [rows, d].
 */
export function postNorm(
  { attentionNorm, up, down, ffnNorm }: PostNormLayer,
  x: Value,
  attended: Value,
  { eps, activation }: { readonly eps: number; readonly activation: 'gelu' | 'gelu_tanh' | 'relu' },
): Value {
  const looked = layerNorm(attentionNorm, add(x, attended), eps)
  return layerNorm(ffnNorm, add(looked, linear(down, linear(up, looked, activation))), eps)
}
