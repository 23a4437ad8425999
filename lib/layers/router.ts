import type { Value } from '../graph/value.ts'
import { full } from '../ops/fill.ts'
import { add, linear as linearOp, mul, silu, softmax, ssmScan, topK } from '../ops/index.ts'
import { linear } from './linear.ts'
import { l2Normalize } from './norm.ts'
import type { Weights } from './weights.ts'

/** Whom something is sent to: experts i32 and weights f32, both [n, k], best first; weights of a row sum to 1. */
export interface Routing {
  readonly experts: Value
  readonly weights: Value
}

/**
 * Logits of the experts, [n, experts], from what has been seen, seen [n, dims]: an MLP on its direction, plus
 * `centroidWeight` times its mean cosine to the centroids of the expert's domains (domains may be missing). A row of
 * zeros, where nothing has been seen, is routed by the biases.
 */
export function routerLogits(w: Weights, seen: Value, centroidWeight: number): Value {
  const direction = l2Normalize(seen)
  const scaled = mul(direction, Math.sqrt(seen.shape[1]!))
  const own = linear(w.scope('out'), silu(linear(w.scope('hidden'), scaled)))
  const centroids = w.find('centroids')
  if (!centroids) return own
  const cosines = linearOp({ x: direction, weight: centroids })
  const perExpert = linearOp({ x: cosines, weight: w.get('domain_experts') })
  return add(own, mul(perExpert, centroidWeight))
}

/** The k experts with the largest logits, ties to the lower number; softmax over the chosen. */
export function chooseExperts(logits: Value, k: number): Routing {
  const chosen = topK({ x: logits }, { k })
  return { experts: chosen.indices, weights: softmax({ x: chosen.values }) }
}

/**
 * Sums of the rows so far with older ones fading, m[t] = decay · m[t-1] + x[t], per packed sequence: a scan with one
 * state per column. x [rows, d]; state [sequences, d, 1], or null for none.
 */
export function fadingSum(
  x: Value,
  offsets: Value,
  decay: number,
  state: Value | null,
): { readonly y: Value; readonly stateOut: Value } {
  const [rows, d] = x.shape as [number, number]
  const ones = full([rows, 1], 1)
  return ssmScan(
    {
      u: x,
      delta: full([rows, d], 1),
      aLog: full([d, 1], Math.log(-Math.log(decay))),
      b: ones,
      c: ones,
      offsets,
      state,
    },
    { softplus: false },
  )
}
