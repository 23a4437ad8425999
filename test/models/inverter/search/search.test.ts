// Beam search and sampling over a vocabulary so small that all texts can be compared.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Constraints } from '../../../../lib/models/constraints/constraints.ts'
import type { InverterNetwork } from '../../../../lib/models/inverter/network.ts'
import { scoreTexts } from '../../../../lib/models/inverter/refine/score.ts'
import { type BeamOptions, beamSearch } from '../../../../lib/models/inverter/search/beam.ts'
import { normalised, type TokenText } from '../../../../lib/models/inverter/search/hypothesis.ts'
import type { LexiconRule } from '../../../../lib/models/inverter/search/lexicon_rule.ts'
import { type SampleOptions, sampleSearch } from '../../../../lib/models/inverter/search/sample.ts'
import {
  searchTexts,
  type TextRules,
  type TextSearchOptions,
} from '../../../../lib/models/inverter/search/search.ts'
import { repeatsNgram, textVectors, tinyConfig, tinyNetwork } from '../support.ts'

const vocabulary = 11
const config = tinyConfig({ vocabulary })
const RESERVED = 6
const words = Array.from({ length: vocabulary - RESERVED }, (_, i) => RESERVED + i)
const vectors = textVectors(null)

const rulesOf = (changes: Partial<TextRules> = {}): TextRules => ({
  start: config.start,
  end: config.end,
  reserved: RESERVED,
  maxTokens: 3,
  noRepeatNgram: 0,
  constraints: null,
  lexicon: null,
  opening: null,
  isWhole: null,
  ...changes,
})

type Found = Promise<(readonly TokenText[])[]>

function beams(
  network: InverterNetwork,
  { beam, lengthPenalty }: BeamOptions,
  rules: TextRules,
  options: Partial<TextSearchOptions> = {},
): Found {
  const begin = () => beamSearch(rules, { beam, lengthPenalty })
  const search = { rowsPerVector: beam, k: vocabulary, guidance: 1, rescore: null, ...options }
  return searchTexts(network, vectors, rules, begin, search)
}

function sampled(
  network: InverterNetwork,
  given: Partial<SampleOptions>,
  rules: TextRules,
  options: Partial<TextSearchOptions> = {},
  of: readonly Float32Array[] = vectors,
): Found {
  const sampling = { samples: 1, temperature: 1, topP: 1, seed: 0, ...given }
  const search = { rowsPerVector: sampling.samples, k: vocabulary, guidance: 1, rescore: null, ...options }
  return searchTexts(network, of, rules, () => sampleSearch(rules, sampling), search)
}

/** All texts of 1 … most tokens. */
function allTexts(most: number): number[][] {
  const longest = [words.map((word) => [word])]
  while (longest.length < most)
    longest.push(longest.at(-1)!.flatMap((text) => words.map((word) => [...text, word])))
  return longest.flat()
}

/** Log-probabilities of texts for a vector, their end included. */
async function logProbs(
  network: InverterNetwork,
  texts: readonly (readonly number[])[],
  vector: Float32Array,
): Promise<number[]> {
  const scores = await scoreTexts(
    network,
    texts.map((tokens) => ({ tokens, vector })),
    0,
    {},
  )
  return scores.map(({ surprises }) => -surprises.reduce((sum, s) => sum + s, 0))
}

for (const lengthPenalty of [0, 0.8, 2])
  test(`a wide beam finds what is best of all texts, length penalty ${lengthPenalty}`, async () => {
    using network = await tinyNetwork(config)
    const all = allTexts(3)
    const found = await beams(network, { beam: all.length, lengthPenalty }, rulesOf())
    for (const [i, texts] of found.entries()) {
      const scores = await logProbs(network, all, vectors[i]!)
      const ranked = all
        .map((tokens, t) => ({ tokens, score: normalised(scores[t]!, tokens.length, lengthPenalty) }))
        .sort((a, b) => b.score - a.score)
      assert.equal(
        texts.slice(0, 20).map(({ tokens }) => [...tokens]),
        ranked.slice(0, 20).map(({ tokens }) => tokens),
      )
      assert.is(texts.length, all.length, 'a text is missing')
    }
  })

test('what a beam says of its texts is what the decoder says of them as a whole', async () => {
  using network = await tinyNetwork(config, 'packed')
  for (const beam of [1, 3, 8])
    for (const maxTokens of [1, 4, 7]) {
      const found = await beams(network, { beam, lengthPenalty: 0.8 }, rulesOf({ maxTokens }))
      for (const [i, texts] of found.entries()) {
        assert.ok(texts.length > 0 && texts.length <= (beam === 1 ? 1 : 4 * beam))
        assert.is(new Set(texts.map(({ tokens }) => tokens.join())).size, texts.length)
        const scores = await logProbs(
          network,
          texts.map(({ tokens }) => tokens),
          vectors[i]!,
        )
        for (const [t, { tokens, logProb, stopped }] of texts.entries()) {
          assert.ok(tokens.length > 0 && tokens.length <= maxTokens)
          assert.ok(tokens.every((token) => words.includes(token)))
          assert.ok(stopped, 'every token is told here, so that the end is among them')
          assert.ok(Math.abs(logProb - scores[t]!) <= 1e-5, `${logProb}, not ${scores[t]}`)
        }
      }
    }
})

test('a beam of one takes the likeliest token each time, as samples without temperature do', async () => {
  using network = await tinyNetwork(tinyConfig({ vocabulary: 37 }))
  for (const guidance of [1, 2])
    for (const maxTokens of [1, 5, 7])
      for (const noRepeatNgram of [0, 1, 2]) {
        const rules = rulesOf({ maxTokens, noRepeatNgram })
        const told = { guidance, k: 32 }
        const one = await beams(network, { beam: 1, lengthPenalty: 0.8 }, rules, told)
        for (const samples of [1, 3]) {
          const some = await sampled(network, { samples, temperature: 0 }, rules, told)
          for (const [i, texts] of some.entries())
            for (const text of texts) assert.equal(text, one[i]![0], `${guidance}, ${maxTokens}, ${i}`)
        }
      }
})

test('no n-gram occurs twice', async () => {
  using network = await tinyNetwork(config)
  const all = async (noRepeatNgram: number) => {
    const rules = rulesOf({ maxTokens: 7, noRepeatNgram })
    const beam = await beams(network, { beam: 12, lengthPenalty: 4 }, rules)
    return [...beam.flat(), ...(await sampled(network, { samples: 40 }, rules)).flat()]
  }
  const free = await all(0)
  for (const n of [1, 2, 3]) {
    assert.ok(
      free.some(({ tokens }) => repeatsNgram(tokens, n)),
      `nothing to forbid: ${n}`,
    )
    const texts = await all(n)
    assert.ok(texts.length > 0)
    assert.not.ok(texts.some(({ tokens }) => repeatsNgram(tokens, n)))
  }
})

/** Even tokens begin a word, odd ones go on with it; words are two tokens that add up to `sum`. */
const PAIRS: LexiconRule = {
  after: (word, token) => {
    if (token % 2 === 0) return word === '' ? `${token}` : null
    return word !== '' && Number(word) + token === 15 ? '' : null
  },
  mayEnd: (word) => word === '',
  covers: () => true,
}

test('texts have the words of a lexicon alone: a wide beam finds the best of these, and samples are among them', async () => {
  using network = await tinyNetwork(config)
  const rules = rulesOf({ lexicon: PAIRS, maxTokens: 4 })
  const all = allTexts(4).filter((tokens) => {
    const word = tokens.reduce<string | null>(
      (open, token) => (open === null ? null : PAIRS.after(open, token)),
      '',
    )
    return word === ''
  })
  assert.ok(all.length > 3 && all.every(({ length }) => length % 2 === 0))
  const found = await beams(network, { beam: allTexts(3).length, lengthPenalty: 0.8 }, rules)
  const some = await sampled(network, { samples: 30 }, rules)
  for (const [i, texts] of found.entries()) {
    const scores = await logProbs(network, all, vectors[i]!)
    const ranked = all
      .map((tokens, t) => ({ tokens, score: normalised(scores[t]!, tokens.length, 0.8) }))
      .sort((a, b) => b.score - a.score)
    assert.equal(
      texts.map(({ tokens }) => [...tokens]),
      ranked.map(({ tokens }) => tokens),
    )
    const known = new Set(all.map((tokens) => tokens.join()))
    assert.ok(some[i]!.length > 0 && some[i]!.every(({ tokens }) => known.has(tokens.join())))
  }
})

/** How often each first token is drawn for the first vector. */
async function drawn(
  network: InverterNetwork,
  samples: number,
  given: Partial<SampleOptions>,
): Promise<Map<number, number>> {
  const rules = rulesOf({ maxTokens: 1 })
  const [found] = await sampled(network, { ...given, samples }, rules, {}, vectors.slice(0, 1))
  const counts = new Map<number, number>()
  for (const { tokens } of found!) counts.set(tokens[0]!, (counts.get(tokens[0]!) ?? 0) + 1)
  return counts
}

/** Probabilities of the first token of a text at a temperature, likeliest first. */
async function firstTokens(network: InverterNetwork, temperature: number): Promise<[number, number][]> {
  const [score] = await scoreTexts(network, [{ tokens: [], vector: vectors[0]! }], vocabulary, {})
  const weights = [...score!.tokens]
    .map((token, i): [number, number] => [token, Math.exp(score!.logProbs[i]! / temperature)])
    .filter(([token]) => token >= RESERVED)
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0)
  return weights.map(([token, weight]) => [token, weight / total])
}

for (const temperature of [0.5, 1, 2])
  test(`tokens are drawn as often as the softmax says, temperature ${temperature}`, async () => {
    using network = await tinyNetwork(config)
    const samples = 4000
    const expected = await firstTokens(network, temperature)
    for (const seed of [1, 2]) {
      const counts = await drawn(network, samples, { temperature, seed })
      const chi = expected.reduce((sum, [token, p]) => {
        const wanted = samples * p
        return sum + ((counts.get(token) ?? 0) - wanted) ** 2 / wanted
      }, 0)
      // Of 5 tokens: 4 degrees of freedom, a chance of 1 in 10,000.
      assert.ok(chi < 23.5, `chi² ${chi}`)
    }
  })

test('topP keeps the fewest tokens that have so much of the probability', async () => {
  using network = await tinyNetwork(config)
  const probabilities = await firstTokens(network, 1)
  const tokens = probabilities.map(([token]) => token)
  let mass = 0
  for (const [i, [, p]] of probabilities.slice(0, 4).entries()) {
    mass += p
    for (const [topP, kept] of [
      [mass - 1e-4, i + 1],
      [mass + 1e-4, i + 2],
    ] as const) {
      const counts = await drawn(network, 3000, { topP, seed: 5 })
      assert.equal([...counts.keys()].sort(), tokens.slice(0, kept).sort(), `topP ${topP}`)
    }
  }
  assert.equal([...(await drawn(network, 100, { topP: 1e-6 })).keys()], [tokens[0]])
})

test('samples follow from their seed and number alone', async () => {
  using network = await tinyNetwork(config, 'packed bf16')
  const rules = rulesOf({ maxTokens: 7 })
  const spoken = async (samples: number, seed: number) =>
    (await sampled(network, { samples, seed }, rules)).map((texts) =>
      texts.map(({ tokens }) => tokens.join()),
    )
  const [few, many, again, other] = [
    await spoken(3, 1),
    await spoken(9, 1),
    await spoken(9, 1),
    await spoken(9, 2),
  ]
  assert.equal(again, many)
  assert.not.equal(other, many)
  for (const [i, texts] of few.entries()) assert.ok(texts.every((text) => many[i]!.includes(text)))
})

test('of more wanted tokens than a step tells of, the first ones are asked for', async () => {
  using network = await tinyNetwork(tinyConfig({ vocabulary: 90 }))
  const wanted = Array.from({ length: 70 }, (_, i) => 89 - i)
  const constraints: Constraints = {
    start: 0,
    next: (state, token) => state + Number(wanted.includes(token)),
    satisfied: (state) => state > 2,
    tokensNeeded: (state) => Math.max(0, 3 - state),
    wanted: (state) => (state > 2 ? [] : wanted),
    required: [],
    empty: false,
    progress: (state) => state,
  }
  const found = await beams(network, { beam: 2, lengthPenalty: 0 }, rulesOf({ constraints }))
  for (const texts of found) {
    assert.ok(texts.length > 0)
    assert.ok(texts.every(({ tokens }) => tokens.every((token) => wanted.includes(token))))
  }
})

test('a scorer is asked for unfinished texts at its intervals, and what it adds decides', async () => {
  using network = await tinyNetwork(config)
  const asked: number[] = []
  const score = async (texts: readonly { readonly tokens: readonly number[] }[]) => {
    asked.push(...new Set(texts.map(({ tokens }) => tokens.length)))
    return Float32Array.from(texts, ({ tokens }) => 100 * tokens.filter((token) => token === 7).length)
  }
  const rules = rulesOf({ maxTokens: 6 })
  const [plain] = await beams(network, { beam: 5, lengthPenalty: 0 }, rules)
  assert.not.ok(plain![0]!.tokens.every((token) => token === 7))
  const found = await beams(network, { beam: 5, lengthPenalty: 0 }, rules, { rescore: { every: 1, score } })
  assert.equal([...new Set(asked)], [1, 2, 3, 4, 5, 6])
  for (const texts of found) assert.equal(texts[0]!.tokens, Array(6).fill(7))
  asked.length = 0
  await beams(network, { beam: 5, lengthPenalty: 0 }, rules, { rescore: { every: 2, score } })
  assert.equal([...new Set(asked)], [2, 4, 6])
})

test('where the lexicon lets a text neither end nor go on, it stands up to its last whole word', () => {
  // Token 7 begins a word that never ends.
  const lexicon: LexiconRule = {
    after: (word, token) => (word === '' ? (token === 7 ? 'open' : '') : null),
    mayEnd: (word) => word === '',
    covers: (tokens) => !tokens.includes(7),
  }
  const rules = rulesOf({ lexicon })
  const steps = [6, 7, 8].map((token) => [
    { tokens: Int32Array.of(token), logProbs: Float32Array.of(-1), asked: new Float32Array(0), history: [] },
  ])
  for (const search of [
    beamSearch(rules, { beam: 1, lengthPenalty: 1 }),
    sampleSearch(rules, { samples: 1, temperature: 1, topP: 1, seed: 0 }),
  ]) {
    for (const next of steps) search.keep(search.expand(next as never))
    assert.equal(
      search.found.map(({ tokens, stopped }) => [tokens, stopped]),
      [[[6], false]],
    )
    assert.is(search.active.length, 0)
  }
})

test.run()
