import { emptyHypothesis, extended, type TextRules, type TextSearch } from './search.ts'

/** The likeliest token each time until it is `end`, also where that leaves no text; constraints are not looked at. */
export function greedySearch({ end, maxTokens }: TextRules): TextSearch {
  let last = emptyHypothesis(null)
  let isDone = false
  let stopped = false
  return {
    get active() {
      return isDone ? [] : [last]
    },
    get found() {
      const { tokens, logProb } = last
      return [{ tokens, logProb, stopped }]
    },
    expand: ([next]) => {
      const [token, logProb] = [next!.tokens[0]!, next!.logProbs[0]!]
      stopped = token === end
      isDone = stopped || last.tokens.length + 1 >= maxTokens
      if (stopped) last = { ...last, logProb: last.logProb + logProb }
      else last = extended(last, { token, logProb, constraint: 0, word: '' }, next!.history)
      return [last]
    },
    keep: () => {},
  }
}
