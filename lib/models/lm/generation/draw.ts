import type { NextLogits } from '../decoding/decoding.ts'
import type { Drawing } from './options.ts'

/** A token that was taken, and its log-probability as the model gives it. */
export interface Taken {
  readonly token: number
  readonly logProb: number
}

/** The likeliest tokens that a step tells where tokens are drawn, unless more are wanted. */
export const TOLD = 256

export function likeliest({ tokens, raw, logSum }: NextLogits): Taken {
  return { token: tokens[0]!, logProb: raw[0]! - logSum }
}

/**
 * A token drawn as transformers draws: of the `topK` likeliest, those that have `topP` of their probability together, and
 * `minP` of the likeliest one's at least.
 *
 * @param next tells `topK` tokens, or all of them in `all`
 * @param u  0 to below 1
 * @param penalised the logits of tokens that have another one than `all` says
 */
export function drawToken(
  next: NextLogits,
  { temperature, topP, minP }: Drawing,
  u: number,
  penalised: () => ReadonlyMap<number, number>,
): Taken {
  const { tokens, values, raw, all, logSum, spread } = next
  const top = values[0]!
  const weight = (logit: number) => Math.exp((logit - top) / temperature)
  const told = Array.from(values, weight)
  const isAll = all !== null && all.length > told.length
  const total = isAll ? Math.exp(spread - top / temperature) : sum(told)
  const takenAt = (place: number) => ({ token: tokens[place]!, logProb: raw[place]! - logSum })

  const few = keep(told, total, topP, minP)
  if (few.count < told.length || !isAll) return takenAt(pick(told, few, u))
  const isWhole = topP === 1 && minP === 0
  if (isWhole && u * total < few.mass) return takenAt(pick(told, { ...few, mass: total }, u))
  // The likeliest ones do not suffice.
  const weights = Float64Array.from(all, weight)
  for (const [token, logit] of penalised()) weights[token] = weight(logit)
  const ranked = weights.slice().sort().reverse()
  const place = pick(ranked, keep(ranked, sum(ranked), topP, minP), u)
  const token = tokenAt(weights, ranked, place)
  return { token, logProb: all[token]! - logSum }
}

/** The token of a place: of equally likely ones the first comes first. */
function tokenAt(weights: Float64Array, ranked: Float64Array, place: number): number {
  const own = ranked[place]!
  let token = -1
  for (let equal = place - ranked.indexOf(own); equal >= 0; equal--) token = weights.indexOf(own, token + 1)
  return token
}

interface Kept {
  readonly count: number
  readonly mass: number
}

/** How many of some weights are drawn from, and their sum. */
function keep(weights: ArrayLike<number>, total: number, topP: number, minP: number): Kept {
  let [count, mass] = [0, 0]
  const goesOn = () => count === 0 || ((topP === 1 || mass < topP * total) && weights[count]! >= minP)
  while (count < weights.length && goesOn()) mass += weights[count++]!
  return { count, mass }
}

function pick(weights: ArrayLike<number>, { count, mass }: Kept, u: number): number {
  let left = u * mass
  for (let place = 0; place < count - 1; place++) {
    left -= weights[place]!
    if (left < 0) return place
  }
  return count - 1
}

function sum(numbers: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < numbers.length; i++) total += numbers[i]!
  return total
}
