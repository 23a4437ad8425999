import type { Value } from '../../../graph/value.ts'
import { linear } from '../../../layers/linear.ts'
import type { Weights } from '../../../layers/weights.ts'
import {
  add,
  crossEntropy,
  div,
  lt,
  mul,
  putAlong,
  reshape,
  slice,
  sub,
  takeAlong,
  topK,
  where,
} from '../../../ops/index.ts'

/** What is told of the tokens that may come next. */
export interface Telling {
  /** The likeliest ones. */
  readonly k: number
  /** Tokens of a row that are made less likely, at most; 0 for none. */
  readonly penalised: number
  /** Whether more may be wanted than the likeliest: the logits of all, and their sum at a temperature. */
  readonly tellsAll: boolean
}

/** Logits [rows, vocabulary] of hidden rows. */
export function headLogits(w: Weights, hidden: Value, vocabulary: number): Value {
  return linear(w.scope('head'), hidden, 'none', w.compute, vocabulary)
}

/**
 * What a run gives for each of some rows of logits [rows, vocabulary]: `tokens` and `values` [rows, k], largest first;
 * `surprise` [rows], the negative log-probability of the first token. With `penalised` these are after the penalty of Keskar et
 * al. (2019, arXiv 1909.05858) on `tokensSeen` i32 [rows, penalised], of which those with `counts` 1 instead of 0 count, and `raw`
 * [rows, k] are those before. With `tellsAll` also `all`, the logits before penalties, and `spread` [rows], the surprise of the
 * first token when logits are times `sharpness` f32 [1].
 */
export function tellNext(
  logits: Value,
  w: Weights,
  { k, penalised, tellsAll }: Telling,
): Record<string, Value> {
  const [rows] = logits.shape as [number]
  const punished = penalised === 0 ? logits : penalise(logits, w)
  const best = topK({ x: punished }, { k })
  const first = reshape(slice(best.indices, 1, 0, 1), [rows])
  return {
    tokens: best.indices,
    values: best.values,
    surprise: crossEntropy({ logits, targets: first }),
    ...(penalised === 0 ? {} : { raw: takeAlong({ x: logits, index: best.indices }) }),
    ...(tellsAll
      ? {
          all: logits,
          spread: crossEntropy({ logits: mul(punished, w.get('sharpness')), targets: first }),
        }
      : {}),
  }
}

function penalise(logits: Value, w: Weights): Value {
  const index = w.get('tokensSeen')
  const penalty = w.get('penalty')
  const own = takeAlong({ x: logits, index })
  const change = sub(where(lt(own, 0), mul(own, penalty), div(own, penalty)), own)
  const counted = mul(change, w.get('counts'))
  return add(logits, putAlong({ x: counted, index }, { size: logits.shape[1]! }))
}
