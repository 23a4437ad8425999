// Guesses of every kind of rightness: what is written does not depend on them, how often the model runs does.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { blockOf } from '../../../../lib/models/lm/generation/block.ts'
import { type GenerateOptions, planOf } from '../../../../lib/models/lm/generation/options.ts'
import type { Draft } from '../../../../lib/models/lm/generation/speculation/draft.ts'
import { writeWithDraft } from '../../../../lib/models/lm/generation/speculation/write.ts'
import { writeTexts } from '../../../../lib/models/lm/generation/write.ts'
import { openLanguageParts } from '../../../../lib/models/lm/published/open.ts'
import { randomNumbers } from '../../../../lib/ops/random_numbers.ts'
import { cacheDir, goldenFolder } from '../published/support.ts'

const TOKENS = 30
const rules = { ends: new Set<number>(), stops: [], decode: () => '' }

type Steps = ReturnType<typeof writeTexts>

/** What was written, and the tokens of each text as they came. */
async function all(steps: Steps) {
  const came: number[][] = []
  for (;;) {
    const { done, value } = await steps.next()
    if (done) return { came, texts: value.map(([text]) => text!) }
    for (const [i, texts] of value.entries()) {
      came[i] ??= []
      for (const { trail } of texts) came[i].push(trail!.token)
    }
  }
}

for (const name of ['gpt2', 'mamba-hf', 't5'])
  test(`${name}: guesses that are right up to some place, of several texts`, async () => {
    const { network } = await openLanguageParts(goldenFolder(name), cacheDir, {})
    using _ = network
    const random = randomNumbers(4, 0)
    const drawn = (length: number) => Array.from({ length }, () => 5 + random.below(90))
    const prompts = [1, 7, 20].map((length) =>
      network.family.encode === null
        ? { tokens: drawn(length), encoded: null, before: [] }
        : { tokens: [0], encoded: drawn(length), before: [] },
    )
    for (const more of [{}, { repetitionPenalty: 1.6 }] as GenerateOptions[]) {
      const plain = await all(writeTexts(network, prompts, rules, planOf({ ...more, maxTokens: TOKENS })))
      const known = plain.texts.map(({ tokens }, i) => [...prompts[i]!.tokens, ...tokens])
      for (const [length, right] of [
        [8, null],
        [8, () => 0],
        [3, () => random.below(5)],
        [20, () => random.below(12)],
      ] as const) {
        let calls = 0
        const draft: Draft = {
          propose: async (texts) => {
            calls++
            return texts.map(({ text, tokens, most }) => {
              const whole = known[text]!.slice(tokens.length, tokens.length + most)
              if (right === null) return whole
              const guess = whole.slice(0, 1 + random.below(most))
              const n = right()
              return guess.map((token, i) => (i < n ? token : (token + 1) % 90))
            })
          },
          [Symbol.dispose]: () => {},
        }
        const plan = planOf({ ...more, maxTokens: TOKENS, speculate: { draft: 'ngram', length } })
        const { size } = blockOf(network, prompts, plan, null)
        const own = await all(writeWithDraft(network, prompts, size, draft, rules, plan))
        assert.equal(own, plain, `${length} guesses`)
        // After the first token, 9 of each run, and 2 of the last one.
        if (right === null) assert.is(calls, 4)
      }
    }
  })

test.run()
