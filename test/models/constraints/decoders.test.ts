// Decoders that choose tokens at random, with every state compared with what the text says.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { VmmError } from '../../../lib/core/errors.ts'
import type { Constraints } from '../../../lib/models/constraints/constraints.ts'
import { KEEP_AMOUNTS, KEEP_HASHTAGS, KEEP_TICKERS } from '../../../lib/models/constraints/keep_patterns.ts'
import type { ConstraintOptions } from '../../../lib/models/constraints/strings.ts'
import { type RandomNumbers, randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { constrain, english, type Language, letters, tight } from './support.ts'

/** What a decoder would try: any tokens, and often those that bring a string nearer, wanted or not. */
function candidates(
  { pieces, tokenizer }: Language,
  strings: readonly string[],
  numbers: RandomNumbers,
): number[] {
  return Array.from({ length: 12 }, () => {
    const string = strings[numbers.below(2 * strings.length)]
    if (string === undefined) return numbers.below(pieces.size)
    const tokens = tokenizer.encode(string.slice(numbers.below(string.length)))
    return tokens[numbers.below(tokens.length)]!
  })
}

/** Decodes at random, or with the most probable token, and compares every state with what the text says. */
function decode(
  constraints: Constraints,
  of: Language,
  { include = [], exclude = [] }: ConstraintOptions,
  maxTokens: number,
  numbers: RandomNumbers,
): string {
  const { next, satisfied, tokensNeeded, wanted, progress } = constraints
  const { pieces } = of
  const greedy = numbers.next() < 0.5
  const patience = numbers.next()
  const tokens: number[] = []
  let state = constraints.start
  while (tokens.length < maxTokens && !(satisfied(state) && numbers.next() < 0.1)) {
    const text = pieces.text(tokens)
    const where = JSON.stringify({ include, exclude, text })
    const best = wanted(state)
    assert.is(best.length === 0, satisfied(state), where)
    for (const token of best) {
      assert.is.not(next(state, token), null, where)
      assert.ok(tokensNeeded(next(state, token)!) <= tokensNeeded(state) - 1, where)
    }
    const tried = [...candidates(of, [...include, ...exclude], numbers), ...(greedy ? [] : best)]
    const scored = tried.map((token) => ({ token, score: numbers.next() })).sort((a, b) => b.score - a.score)
    const allowed = scored.filter(({ token }) => {
      const longer = pieces.text([...tokens, token])
      const state2 = next(state, token)
      const broken = [...exclude, ...pieces.composable].some((string) => longer.includes(string))
      assert.is(state2 === null, broken, `${where} and ${JSON.stringify(pieces.piece(token))}`)
      return state2 !== null && tokensNeeded(state2) < maxTokens - tokens.length
    })
    const forced = best[numbers.below(best.length)]
    const token = numbers.next() < patience ? (allowed[0]?.token ?? forced) : (forced ?? allowed[0]?.token)
    if (token === undefined) break
    tokens.push(token)
    state = next(state, token)!
    const now = pieces.text(tokens)
    const missing = include.filter((string) => !now.includes(string))
    assert.is(satisfied(state), missing.length === 0, where)
    assert.is(tokensNeeded(state) === 0, missing.length === 0, where)
    assert.ok(progress(state) >= 0 && tokensNeeded(state) <= maxTokens - tokens.length, where)
  }
  return pieces.text(tokens)
}

/** Texts decoded under random options; returns how many options were refused, by message. */
function decodeMany(of: Language, alphabet: string, rounds: number, seed: number): Map<string, number> {
  const numbers = randomNumbers(seed)
  const refusals = new Map<string, number>()
  const strings = (most: number, longest: number) =>
    Array.from({ length: numbers.below(most + 1) }, () =>
      Array.from(
        { length: 1 + numbers.below(longest) },
        () => alphabet[numbers.below(alphabet.length)]!,
      ).join(''),
    )
  for (let round = 0; round < rounds; round++) {
    const options = { include: strings(4, 5), exclude: strings(3, 4) }
    const maxTokens = 4 + numbers.below(16)
    let constraints: Constraints
    try {
      constraints = constrain(options, maxTokens, of)
    } catch (error) {
      const kind = /contains|need|no way/.exec((error as VmmError).message)?.[0] ?? String(error)
      refusals.set(kind, (refusals.get(kind) ?? 0) + 1)
      continue
    }
    for (let i = 0; i < 3; i++) {
      const text = decode(constraints, of, options, maxTokens, numbers)
      for (const string of options.include)
        assert.ok(text.includes(string), JSON.stringify({ options, text }))
      for (const string of options.exclude)
        assert.not(text.includes(string), JSON.stringify({ options, text }))
    }
  }
  return refusals
}

test('random decoders write what must occur and never what must not', () => {
  const refusals = decodeMany(letters, 'ab c.', 2000, 1)
  assert.equal([...refusals.keys()].sort(), ['contains', 'need'])
  assert.ok(refusals.get('contains')! + refusals.get('need')! < 1000)
})

test('also where the strings use every character, so that none parts them', () => {
  const refusals = decodeMany(tight, 'ab ', 2000, 2)
  assert.ok([...refusals.values()].reduce((sum, n) => sum + n, 0) < 1200)
})

test('random decoders over the published vocabulary', () => {
  const numbers = randomNumbers(3)
  const hints = 'Apple ($AAPL, up 12 %) pays $1,234.50, not €20: #earnings of 3.5 million, says Zoë. café'
  const words = hints.split(' ')
  const pick = (most: number) =>
    Array.from({ length: numbers.below(most) }, () => words[numbers.below(words.length)]!)
  let decoded = 0
  for (let round = 0; round < 60; round++) {
    const keep = [KEEP_TICKERS, KEEP_HASHTAGS, KEEP_AMOUNTS].slice(numbers.below(4))
    const include = [...pick(4), ...keep.flatMap((pattern) => hints.match(pattern)!)]
    const exclude = [...pick(3), ' A', 'é', 'e', 's ', '. ']
      .filter(() => numbers.next() < 0.5)
      .filter((string) => !include.some((other) => other.includes(string)))
    const constraints = constrain({ include, exclude, keep, hints }, 48)
    for (let i = 0; i < 3; i++, decoded++) {
      const text = decode(constraints, english, { include, exclude }, 48, numbers)
      for (const string of include) assert.ok(text.includes(string), JSON.stringify({ string, text }))
      for (const string of exclude) assert.not(text.includes(string), JSON.stringify({ string, text }))
      assert.is(text.normalize('NFKC'), text)
    }
  }
  assert.is(decoded, 180)
})

test.run()
