import type { Constraints } from '../../constraints/constraints.ts'
import { bestInTurn } from '../../constraints/in_turn.ts'
import { type Hypothesis, normalised, type TokenText } from './hypothesis.ts'
import {
  choices,
  emptyHypothesis,
  extended,
  isWhole,
  type TextRules,
  type TextSearch,
  wholeWords,
} from './search.ts'

export interface BeamOptions {
  readonly beam: number
  /** See normalised. */
  readonly lengthPenalty: number
}

/** Children that a scorer sees, per hypothesis that is kept. */
const CHILDREN = 2
/** Texts that are found, per hypothesis that is kept: the encoder chooses among them. */
const FOUND = 4

/**
 * Beam search for one vector. Texts that have ended are set aside and never change; the search is over when FOUND ·
 * beam of them are better than what is still being written, and these are told. A beam of 1
 * takes the likeliest token each time, and finds one text.
 */
export function beamSearch(rules: TextRules, { beam, lengthPenalty }: BeamOptions): TextSearch {
  const { end, maxTokens, constraints } = rules
  /** An end is taken in where it is among so many tokens. */
  const ends = beam === 1 ? 1 : CHILDREN * beam
  const ended: { readonly text: TokenText; readonly score: number }[] = []
  let active: Hypothesis[] = [emptyHypothesis(constraints)]
  const finish = ({ tokens, logProb, bonus }: Hypothesis, stopped: boolean) => {
    const score = normalised(logProb + bonus, tokens.length, lengthPenalty)
    ended.push({ text: { tokens, logProb, stopped }, score })
    ended.sort((a, b) => b.score - a.score)
    if (ended.length > FOUND * beam) ended.length = FOUND * beam
  }
  return {
    get active() {
      return active
    },
    get found() {
      return ended.map(({ text }) => text)
    },
    expand: (next) => {
      const children: Hypothesis[] = []
      for (const [i, hypothesis] of active.entries()) {
        const allowed = choices(rules, hypothesis, next[i]!)
        for (const [place, choice] of allowed.entries()) {
          if (choice.token === end) {
            if (place < ends) finish({ ...hypothesis, logProb: hypothesis.logProb + choice.logProb }, true)
            continue
          }
          const child = extended(hypothesis, choice, next[i]!.history)
          children.push(child)
          if (place < ends && isWhole(rules, child)) finish(child, true)
        }
        const full = hypothesis.tokens.length === maxTokens && !allowed.some(({ token }) => token === end)
        if (full && (rules.lexicon === null || rules.lexicon.mayEnd(hypothesis.word)))
          finish(hypothesis, false)
        else if ((full || allowed.length === 0) && ended.length === 0) {
          const tokens = wholeWords(rules, hypothesis)
          if (tokens) finish({ ...hypothesis, tokens }, false)
        }
      }
      return fairly(children.sort(byScore), CHILDREN * beam, constraints)
    },
    keep: (children) => {
      active = fairly([...children].sort(byScore), beam, constraints)
      const [best] = active
      const hopeless =
        best !== undefined &&
        ended.length >= FOUND * beam &&
        (beam === 1 ||
          normalised(best.logProb + best.bonus, best.tokens.length, lengthPenalty) <=
            ended[FOUND * beam - 1]!.score)
      if (hopeless) active = []
    },
  }
}

const byScore = (a: Hypothesis, b: Hypothesis) => b.logProb + b.bonus - a.logProb - a.bonus

function fairly(ranked: readonly Hypothesis[], most: number, constraints: Constraints | null): Hypothesis[] {
  if (constraints === null) return ranked.slice(0, most)
  return bestInTurn(ranked, most, ({ constraint }) => constraints.progress(constraint))
}
