import type { ConstraintState, Constraints } from '../../constraints/constraints.ts'
import { bestInTurn } from '../../constraints/in_turn.ts'
import type { NextLogits } from '../decoding/decoding.ts'
import {
  type Child,
  endOf,
  extended,
  type Hypothesis,
  type Rules,
  type Search,
  type WrittenText,
  written,
} from './search.ts'

/** An end is taken in where it is among so many tokens of a text, for each text that goes on. */
const ENDS = 2
/** Tokens that are weighed after a text, likewise: rules take some of them away. */
const WEIGHED = 8

/** How many tokens must be told after each text. */
export function constrainedCandidates(beams: number): number {
  return WEIGHED * beams
}

interface Choice {
  readonly token: number
  readonly logProb: number
  readonly state: ConstraintState
}

type Stated = Child & { readonly state: ConstraintState }

/**
 * Beam search for texts that contain what they must and nothing that they must not; see `bestInTurn` for which ones go on. `next`
 * must tell the logits of all tokens.
 */
export function constrainedBeamSearch(
  rules: Rules,
  constraints: Constraints,
  beams: number,
  lengthPenalty: number,
): Search {
  const { ends, maxTokens } = rules
  const states = new WeakMap<Hypothesis, ConstraintState>()
  const stateOf = (text: Hypothesis) => states.get(text) ?? constraints.start
  let found: WrittenText[] = []
  const scored = (score: number, tokens: number) => score / tokens ** lengthPenalty

  /** The state after a token, or null where it is not allowed: what is missing must still fit into the tokens that are left. */
  const after = (text: Hypothesis, token: number): ConstraintState | null => {
    const state = stateOf(text)
    if (ends.has(token)) return text.length > 0 && constraints.satisfied(state) ? state : null
    const next = constraints.next(state, token)
    const room = maxTokens - text.length - 1
    return next === null || constraints.tokensNeeded(next) > room ? null : next
  }

  /** Tokens that may follow a text, likeliest first: so many of them, and those that go on with what is missing. */
  const choicesFor = (text: Hypothesis, { tokens, all, logSum }: NextLogits): Choice[] => {
    const chosen = new Map<number, Choice>()
    const consider = (token: number) => {
      const state = chosen.has(token) ? null : after(text, token)
      if (state !== null) chosen.set(token, { token, logProb: all![token]! - logSum, state })
    }
    for (const token of tokens) consider(token)
    for (const token of constraints.wanted(stateOf(text))) consider(token)
    for (const token of chosen.size === 0 ? likeliest(all!) : []) {
      consider(token)
      if (chosen.size === beams) break
    }
    return [...chosen.values()].sort((a, b) => b.logProb - a.logProb)
  }

  return {
    get found() {
      return found
    },
    expand: (active, next) => {
      const going: Stated[] = []
      for (const [parent, text] of active.entries())
        for (const [place, { token, logProb, state }] of choicesFor(text, next[parent]!).entries()) {
          const longer = extended(text, token, logProb, rules)
          const ended = endOf(longer, rules)
          if (ended === null) going.push({ ...longer, parent, state })
          else if (place < ENDS * beams)
            found.push(written(longer, ended, scored(longer.score, longer.length), rules))
        }
      found = found.sort((a, b) => b.score - a.score).slice(0, beams)
      const chosen = bestInTurn(going.sort(byScore), beams, ({ state }) => constraints.progress(state))
      const [best] = chosen
      const worst = found[beams - 1]
      if (best && worst && scored(best.score, best.length) <= worst.score) return []
      for (const child of chosen) states.set(child, child.state)
      return chosen
    },
  }
}

const byScore = (a: Hypothesis, b: Hypothesis) => b.score - a.score

const likeliest = (logits: Float32Array): number[] =>
  Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]!)
