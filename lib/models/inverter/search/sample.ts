import { type RandomNumbers, randomNumbers } from '../../../ops/random_numbers.ts'
import type { Hypothesis, TokenText } from './hypothesis.ts'
import {
  choices,
  emptyHypothesis,
  extended,
  isWhole,
  mayEnd,
  type TextRules,
  type TextSearch,
  type TokenChoice,
  wholeWords,
} from './search.ts'

export interface SampleOptions {
  readonly samples: number
  /** Log-probabilities are divided by it; 0 takes the likeliest token. */
  readonly temperature: number
  /** Only the likeliest tokens that together have this probability (Holtzman et al. 2019, arXiv 1904.09751). */
  readonly topP: number
  /** Sample i draws from stream i of it: the same for each vector, whatever else is in the batch. */
  readonly seed: number
}

/**
 * Texts drawn token by token for one vector. They are drawn from the likeliest tokens that a step tells (see
 * DecodingOptions.k), the rest counts as impossible.
 */
export function sampleSearch(rules: TextRules, options: SampleOptions): TextSearch {
  const { end, constraints } = rules
  const ended: TokenText[] = []
  const first = emptyHypothesis(constraints)
  let active = Array.from({ length: options.samples }, () => first)
  const streams = new Map(active.map((_, i) => [i, randomNumbers(options.seed, i)]))
  let owners = active.map((_, i) => i)
  return {
    get active() {
      return active
    },
    get found() {
      return [...ended].sort((a, b) => b.logProb - a.logProb)
    },
    expand: (next) => {
      const going: Hypothesis[] = []
      const left: number[] = []
      for (const [i, hypothesis] of active.entries()) {
        const allowed = choices(rules, hypothesis, next[i]!)
        const stream = streams.get(owners[i]!)!
        const choice = drawn(allowed, options, stream)
        const { tokens, logProb } = hypothesis
        if (choice === undefined) {
          // Where the rules allow nothing more, the text stands as it is if they allow that.
          const whole = mayEnd(rules, hypothesis) ? tokens : wholeWords(rules, hypothesis)
          if (whole) ended.push({ tokens: whole, logProb, stopped: false })
        } else if (choice.token === end)
          ended.push({ tokens, logProb: logProb + choice.logProb, stopped: true })
        else {
          const child = extended(hypothesis, choice, next[i]!.history)
          going.push(child)
          left.push(owners[i]!)
          if (isWhole(rules, child))
            ended.push({ tokens: child.tokens, logProb: child.logProb, stopped: true })
        }
      }
      owners = left
      return going
    },
    keep: (children) => {
      active = [...children]
    },
  }
}

function drawn(
  allowed: readonly TokenChoice[],
  { temperature, topP }: SampleOptions,
  numbers: RandomNumbers,
): TokenChoice | undefined {
  if (temperature === 0 || allowed.length === 0) return allowed[0]
  const top = allowed[0]!.logProb
  const weights = allowed.map(({ logProb }) => Math.exp((logProb - top) / temperature))
  const total = weights.reduce((sum, w) => sum + w, 0)
  let [kept, mass] = [0, 0]
  while (kept < weights.length && (kept === 0 || mass < topP * total)) mass += weights[kept++]!
  let place = numbers.next() * mass
  for (let i = 0; i < kept; i++) {
    place -= weights[i]!
    if (place < 0) return allowed[i]
  }
  return allowed[kept - 1]
}
