import type { Value } from '../../graph/value.ts'
import { add, exp, gather, mul, reduce, reshape, softmax, sub, sum } from '../../ops/index.ts'
import { tokenLoss } from '../core/losses.ts'

/** What is drawn from the logits of a decoder. */
export interface DrawnTokens {
  /** i32 [rows] each, and f32 [3, vocabulary]: see drawnInputs. */
  readonly targets: Value
  readonly place: Value
  readonly barred: Value
  readonly temperature: number
}

/**
 * -Σ weight · log p over the tokens of drawn texts, [1], where p is what they were drawn from: a softmax over the tokens that
 * a text may go on with. With a text's advantage as the weight of its rows its gradient is that of REINFORCE (Williams 1992).
 * Tokens beyond the likeliest that are drawn from count as if they might have been drawn.
 *
 * @param logits  [rows, vocabulary]
 * @param weights f32 [rows]
 */
export function policyLoss(logits: Value, weights: Value, drawn: DrawnTokens): Value {
  const { targets, place, barred, temperature } = drawn
  const scaled = temperature === 1 ? logits : mul(logits, 1 / temperature)
  return tokenLoss(add(scaled, gather({ x: barred, index: place })), targets, weights, 0)
}

/**
 * Σ weight · KL(p ‖ q) of the next token, [1]: how far the decoder of some logits is from that of others, in nats. Through q
 * nothing flows where its weights are frozen.
 *
 * @param logits, others [rows, vocabulary]
 * @param weights        f32 [rows]
 */
export function divergence(logits: Value, others: Value, weights: Value): Value {
  const [p, q] = [softmax({ x: logits }, { log: true }), softmax({ x: others }, { log: true })]
  const rows = reshape(reduce({ x: mul(exp(p), sub(p, q)) }, { fn: 'sum', axes: 2 }), [logits.shape[0]!])
  return reshape(sum(mul(rows, weights)), [1])
}
