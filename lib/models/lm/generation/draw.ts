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
  // The likeliest ones do not suffice. Their order matters where the sum decides which are kept.
  const known = new Set(tokens)
  const punished = penalised()
  const others: { readonly token: number; readonly weight: number }[] = []
  for (let token = 0; token < all.length; token++) {
    const own = known.has(token) ? -1 : weight(punished.get(token) ?? all[token]!)
    if (own >= minP) others.push({ token, weight: own })
  }
  if (topP < 1) others.sort((a, b) => b.weight - a.weight || a.token - b.token)
  const ranked = [...told, ...others.map((other) => other.weight)]
  const place = pick(ranked, keep(ranked, sum(ranked), topP, minP), u)
  if (place < told.length) return takenAt(place)
  const { token } = others[place - told.length]!
  return { token, logProb: all[token]! - logSum }
}

interface Kept {
  readonly count: number
  readonly mass: number
}

/** How many of some weights are drawn from, and their sum. */
function keep(weights: readonly number[], total: number, topP: number, minP: number): Kept {
  let [count, mass] = [0, 0]
  const goesOn = () => count === 0 || ((topP === 1 || mass < topP * total) && weights[count]! >= minP)
  while (count < weights.length && goesOn()) mass += weights[count++]!
  return { count, mass }
}

function pick(weights: readonly number[], { count, mass }: Kept, u: number): number {
  let left = u * mass
  for (let place = 0; place < count - 1; place++) {
    left -= weights[place]!
    if (left < 0) return place
  }
  return count - 1
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)
