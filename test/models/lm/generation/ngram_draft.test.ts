// Guesses from what stands before, against a search that looks at every place.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ngramDraft } from '../../../../lib/models/lm/generation/speculation/ngram_draft.ts'
import { randomNumbers } from '../../../../lib/ops/random_numbers.ts'

/** The same by a search from the end. */
function expected(tokens: readonly number[], maxNgram: number, most: number): number[] {
  for (let n = Math.min(maxNgram, tokens.length); n > 0; n--)
    for (let at = tokens.length - n - 1; at >= 0; at--) {
      if (!tokens.slice(-n).every((token, i) => tokens[at + i] === token)) continue
      const longer = [...tokens]
      for (let i = 0; i < most; i++) longer.push(longer[at + n + i]!)
      return longer.slice(tokens.length)
    }
  return []
}

test('guesses follow the longest end that was there, where it was last, however the text has grown', async () => {
  const random = randomNumbers(3, 0)
  for (let run = 0; run < 200; run++) {
    const maxNgram = 1 + random.below(4)
    const kinds = 2 + random.below(6)
    const drawn = (length: number) => Array.from({ length }, () => random.below(kinds))
    const encoded = random.below(2) === 0 ? null : drawn(random.below(10))
    const tokens = drawn(1 + random.below(5))
    using draft = ngramDraft([{ tokens, encoded, before: [] }], maxNgram)
    for (let round = 0; round < 6; round++) {
      const most = 1 + random.below(9)
      const [guess] = await draft.propose([{ text: 0, tokens, most }], {})
      assert.equal(guess, expected([...(encoded ?? []), ...tokens], maxNgram, most))
      tokens.push(...drawn(1 + random.below(4)))
    }
  }
})

test('a text that repeats itself is guessed beyond its end, and one without repetition not at all', async () => {
  const prompt = { tokens: [], encoded: null, before: [] }
  using draft = ngramDraft([prompt, prompt], 3)
  const found = await draft.propose(
    [
      { text: 1, tokens: [1, 2, 3, 4], most: 5 },
      { text: 0, tokens: [9, 7, 8, 7, 8], most: 5 },
    ],
    {},
  )
  assert.equal(found, [[], [7, 8, 7, 8, 7]])
})

test.run()
