import { type Child, endOf, extended, type Rules, type Search, type WrittenText, written } from './search.ts'

/** Candidates of each step: so many that `beams` of them go on even if all others end. */
export function beamCandidates(beams: number, ends: number): number {
  return Math.max(2, 1 + ends) * beams
}

/**
 * Beam search as transformers does it (generate with num_beams and early_stopping: false): texts that end among the first
 * `beams` candidates are kept by score, and it is over when none that is being written would be better at its length than the
 * worst of `beams` such ones.
 */
export function beamSearch(rules: Rules, beams: number, lengthPenalty: number): Search {
  const { ends } = rules
  let found: WrittenText[] = []
  let isOver = false
  const scored = (score: number, tokens: number) => score / tokens ** lengthPenalty
  return {
    get found() {
      return found
    },
    expand: (active, next) => {
      if (isOver) return []
      const candidates = next.flatMap(({ tokens, raw, logSum }, parent) =>
        Array.from(tokens, (token, i) => {
          const logProb = raw[i]! - logSum
          return { parent, token, logProb, score: active[parent]!.score + logProb }
        }),
      )
      candidates.sort((a, b) => b.score - a.score)
      candidates.length = Math.min(candidates.length, beamCandidates(beams, ends.size))
      const going: Child[] = []
      for (const [place, { parent, token, logProb }] of candidates.entries()) {
        const text = extended(active[parent]!, token, logProb, rules)
        const ended = endOf(text, rules)
        if (ended === null) {
          if (going.length < beams) going.push({ ...text, parent })
        } else if (place < beams) found.push(written(text, ended, scored(text.score, text.length), rules))
      }
      found = found.sort((a, b) => b.score - a.score).slice(0, beams)
      const [best] = going
      const worst = found[beams - 1]
      isOver = !best || (worst !== undefined && scored(best.score, best.length) <= worst.score)
      return isOver ? [] : going
    },
  }
}
