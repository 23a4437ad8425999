// Beams over a model of three tokens that is written down, against all texts there are.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { NextLogits } from '../../../../lib/models/lm/decoding/decoding.ts'
import { beamSearch } from '../../../../lib/models/lm/generation/beam.ts'
import { emptyHypothesis, type Hypothesis, type Rules } from '../../../../lib/models/lm/generation/search.ts'

const END = 2
const rules: Rules = {
  ends: new Set([END]),
  stops: [],
  maxTokens: 4,
  decode: (ids) => ids.map((id) => 'abc'[id]!).join(''),
}

/** Logits after a text, by its last token. */
const LOGITS = [
  [0.3, 1.1, -0.4],
  [0.9, -0.2, 0.5],
]
const FIRST = [0.2, 0.1, -2]
const logProbs = (logits: readonly number[]) => {
  const sum = Math.log(logits.reduce((all, l) => all + Math.exp(l), 0))
  return logits.map((l) => l - sum)
}

function nextOf(text: Hypothesis): NextLogits {
  const logits = text.trail === null ? FIRST : LOGITS[text.trail.token]!
  const tokens = [0, 1, 2].sort((a, b) => logits[b]! - logits[a]!)
  const raw = Float32Array.from(tokens, (token) => logits[token]!)
  const logSum = Math.log(logits.reduce((all, l) => all + Math.exp(l), 0))
  return { tokens: Int32Array.from(tokens), values: raw, raw, all: null, logSum, spread: 0 }
}

/** All texts of at most 4 tokens, by their score. */
function allTexts(lengthPenalty: number) {
  const found: { tokens: number[]; score: number }[] = []
  const grow = (tokens: readonly number[], sum: number) => {
    const logs = logProbs(tokens.length === 0 ? FIRST : LOGITS[tokens.at(-1)!]!)
    for (const [token, log] of logs.entries()) {
      const longer = [...tokens, token]
      if (token === END || longer.length === rules.maxTokens)
        found.push({ tokens: longer, score: (sum + log) / longer.length ** lengthPenalty })
      else grow(longer, sum + log)
    }
  }
  grow([], 0)
  return found.sort((a, b) => b.score - a.score)
}

test('a beam as wide as all texts finds the best ones in order', () => {
  for (const lengthPenalty of [0, 1, 2]) {
    const search = beamSearch(rules, 16, lengthPenalty)
    let active: readonly Hypothesis[] = [emptyHypothesis([])]
    for (let step = 0; step < 10 && active.length > 0; step++)
      active = search.expand(active, active.map(nextOf))
    const expected = allTexts(lengthPenalty).slice(0, 3)
    for (const [i, { tokens, score }] of expected.entries()) {
      assert.equal(search.found[i]!.tokens, tokens)
      assert.ok(Math.abs(search.found[i]!.score - score) < 1e-6)
      assert.is(search.found[i]!.ended, tokens.at(-1) === END ? 'end' : 'length')
    }
  }
})

test.run()
