import type { Value } from '../../graph/value.ts'
import { l2Normalize } from '../../layers/norm.ts'
import {
  add,
  crossEntropy,
  expand,
  full,
  matmul,
  mul,
  ne,
  putAlong,
  reduce,
  reshape,
  softmax,
  square,
  sub,
  sum,
  transpose,
} from '../../ops/index.ts'
import type { Compute } from '../../ops/matmul.ts'

/*
 * Losses of a batch, each one f32 number, [1]. `weights` f32 [rows] says what each row counts: 0 where there is nothing
 * to compare; those that count sum to 1 for a mean.
 */

/** Σ weights · values over all rows. values, weights: f32 [rows]. */
function weighted(values: Value, weights: Value): Value {
  return reshape(sum(mul(values, weights)), [1])
}

function rowSums(x: Value, fn: 'sum' | 'mean'): Value {
  return reshape(reduce({ x }, { fn, axes: 2 }), [x.shape[0]!])
}

/** Mean squared error over the elements of each row. predicted, target: [rows, d]. */
export function maskedMse(predicted: Value, target: Value, weights: Value): Value {
  return weighted(rowSums(square(sub(predicted, target)), 'mean'), weights)
}

/** 1 - cosine of predicted and target, [rows, d]. Rows of zeros have cosine 0. */
export function cosineLoss(predicted: Value, target: Value, weights: Value): Value {
  const cosines = rowSums(mul(l2Normalize(predicted), l2Normalize(target)), 'sum')
  return weighted(sub(1, cosines), weights)
}

export interface InfoNceOptions {
  /** Cosines are divided by it. */
  readonly temperature: number
  /** f32 [candidates], added to the logits: a large negative number takes a candidate out. */
  readonly bias?: Value | undefined
  /**
   * f32 numbers of groups, [rows] and [candidates]: a candidate of another group than the row's counts `elsewhere`
   * instead of 1, above 0.
   */
  readonly groups?:
    | { readonly rows: Value; readonly candidates: Value; readonly elsewhere: number }
    | undefined
  readonly compute?: Compute | undefined
}

/**
 * InfoNCE (van den Oord et al. 2018, arXiv 1807.03748): the cross-entropy of finding each row's target among all
 * candidates by cosine over temperature. Every other candidate is a negative; candidates from the same document are
 * the hard ones. predicted [rows, d]; candidates [n, d], all n of which count; targets i32 [rows].
 */
export function infoNce(
  predicted: Value,
  candidates: Value,
  targets: Value,
  weights: Value,
  { temperature, bias, groups, compute = 'f32' }: InfoNceOptions,
): Value {
  const queries = mul(l2Normalize(predicted), 1 / temperature)
  const cosines = matmul({ a: queries, b: transpose(l2Normalize(candidates)) }, { compute })
  const all = bias ? add(cosines, bias) : cosines
  const logits = groups
    ? add(
        all,
        mul(
          ne(reshape(groups.rows, [groups.rows.shape[0]!, 1]), groups.candidates),
          Math.log(groups.elsewhere),
        ),
      )
    : all
  return weighted(crossEntropy({ logits, targets }), weights)
}

/** Mean cross-entropy of tokens. logits [rows, vocabulary]; targets i32 [rows]. */
export function tokenLoss(logits: Value, targets: Value, weights: Value, labelSmoothing: number): Value {
  return weighted(crossEntropy({ logits, targets }, { labelSmoothing }), weights)
}

/** Cross-entropy of the router's choice with the expert of each row's domain. logits [n, experts]; experts i32 [n]. */
export function routingLoss(logits: Value, experts: Value, weights: Value): Value {
  return weighted(crossEntropy({ logits, targets: experts }), weights)
}

/**
 * Load-balance loss of Switch Transformers (Fedus et al. 2021, arXiv 2101.03961, eq. 4): experts · Σ f[e] p[e], with
 * f the share of the choices that fell on an expert and p its mean probability; 1 when both are even. Nothing flows
 * through f. logits [n, experts]; chosen i32 [n, k]; weights [n] sum to 1.
 */
export function loadBalanceLoss(logits: Value, chosen: Value, weights: Value): Value {
  const [n, experts] = logits.shape as [number, number]
  const k = chosen.shape[1]!
  const column = reshape(weights, [n, 1])
  const choices = putAlong({ x: expand(mul(column, 1 / k), [n, k]), index: chosen }, { size: experts })
  const mean = (x: Value) => reduce({ x }, { fn: 'sum', axes: 1 })
  const probability = mean(mul(softmax({ x: logits }), column))
  return reshape(mul(sum(mul(mean(choices), probability)), experts), [1])
}

/** Σ factor · loss over the losses that have a factor; those with factor 0 are recorded, not trained on. */
export function totalLoss(
  losses: Readonly<Record<string, Value>>,
  factors: Readonly<Record<string, number>>,
): Value {
  return Object.entries(losses)
    .filter(([name]) => (factors[name] ?? 0) !== 0)
    .map(([name, loss]) => mul(loss, factors[name]!))
    .reduce((total, loss) => add(total, loss), full([1], 0))
}
