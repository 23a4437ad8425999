import type { Value } from '../graph/value.ts'
import { linear, packedLinear } from '../ops/index.ts'
import type { Compute } from '../ops/matmul.ts'
import type { Weights } from './weights.ts'

/** Logits of the next tokens, [rows, vocabulary]: products with the table of tokens, which a loader may have packed. */
export function nextLogits(w: Weights, hidden: Value, compute: Compute): Value {
  const bias = w.get('head.bias')
  const packed = w.find('head.packed')
  return packed
    ? packedLinear({ x: hidden, weight: packed, bias }, { out: bias.shape[0]! })
    : linear({ x: hidden, weight: w.get('tokens.weight'), bias }, { compute })
}
