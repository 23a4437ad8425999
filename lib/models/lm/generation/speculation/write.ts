import { type NextLogits, openDecoding, VERIFIED_ROWS } from '../../decoding/decoding.ts'
import type { DecodingSize } from '../../decoding/states.ts'
import type { LanguageNetwork } from '../../network.ts'
import type { Plan } from '../options.ts'
import { type Prompt, tokensAfter } from '../prompt.ts'
import { questionOf } from '../question.ts'
import { sampleSearch } from '../sample.ts'
import { emptyHypothesis, type Hypothesis, type Rules, type Search, type WrittenText } from '../search.ts'
import type { Draft } from './draft.ts'
import { placesOf } from './places.ts'

/** A text that is being written. */
interface Writing {
  readonly search: Search
  readonly maxTokens: number
  /** Null when it is over. */
  active: Hypothesis | null
  /** The prompt's tokens and what was written. */
  readonly tokens: number[]
  /** Tokens that are there; kept where they are punished. */
  readonly seen: Set<number>
  /** The sequence whose tokens are all right, and one to try guesses in, which may be the same. */
  sequence: number
  trial: number
  /** The last tokens, which `sequence` has not read. */
  unread: readonly number[]
  /** Tokens to guess next time, as the last guesses were right or wrong. */
  length: number
  /** What the last run has added, token by token. */
  added: readonly Hypothesis[]
}

/**
 * Writes one text after each prompt, the likeliest token each time, with a draft: the model reads its guesses behind the last
 * token in one run, and those that are what it would have written are kept, with the token that it writes itself after the last
 * of them (Leviathan et al. 2023, arXiv 2211.17192). What is written is what it would be without a draft.
 *
 * @param size as many places for each prompt as `placesOf` says
 * @returns by prompt; yields, token by token, the texts that have got one and go on
 */
export async function* writeWithDraft(
  network: LanguageNetwork,
  prompts: readonly Prompt[],
  size: DecodingSize,
  draft: Draft,
  rules: Omit<Rules, 'maxTokens'>,
  plan: Plan,
): AsyncGenerator<readonly (readonly Hypothesis[])[], (readonly WrittenText[])[]> {
  const { config, family } = network
  const { run, repetitionPenalty } = plan
  const most = plan.speculation!.length
  const places = placesOf(network)
  using decoding = openDecoding(network, size)
  const writings = prompts.map((prompt, i): Writing => {
    const maxTokens = tokensAfter(prompt, config, plan.maxTokens)
    return {
      search: sampleSearch({ ...rules, maxTokens }, 1, null, () => new Map()),
      ...{ maxTokens, active: emptyHypothesis(prompt.before), tokens: [...prompt.tokens] },
      seen: new Set(prompt.tokens),
      ...{ sequence: i * places, trial: (i + 1) * places - 1, unread: prompt.tokens },
      ...{ length: most, added: [] },
    }
  })
  if (family.encode !== null)
    await decoding.encode(
      prompts.map(({ encoded }) => encoded ?? []),
      Array.from({ length: prompts.length * places }, (_, place) => Math.floor(place / places)),
      run,
    )
  for (let isFirst = true; ; isFirst = false) {
    run.signal?.throwIfAborted()
    const going = writings.flatMap((writing, text) => (writing.active ? [{ writing, text }] : []))
    if (going.length === 0) break
    const room = Math.floor(VERIFIED_ROWS / going.length)
    const wanted = going.map(({ writing: { tokens, active, length, maxTokens, unread }, text }) => {
      const left = maxTokens - active!.length - 1
      return { text, tokens, most: unread.length > most ? 0 : Math.min(length, left, room - unread.length) }
    })
    const asking = isFirst ? [] : wanted.filter((one) => one.most > 0)
    const proposed = asking.length === 0 ? [] : await draft.propose(asking, run)
    const guesses = new Map(asking.map(({ text }, i) => [text, proposed[i]!]))
    const tries = going.map(({ writing, text }) => {
      const guess = guesses.get(text) ?? []
      return { writing, guess, sequence: guess.length > 0 ? writing.trial : writing.sequence }
    })
    const moves = tries.flatMap(({ writing: { sequence: from }, sequence: to }) =>
      from === to ? [] : [{ from, to }],
    )
    await decoding.copy(moves, run)
    const parts = tries.map(({ writing: { unread }, guess, sequence }) => ({
      sequence,
      tokens: [...unread, ...guess],
      from: unread.length - 1,
    }))
    const question = questionOf(config.vocabulary, rules, plan, () =>
      tries.map(({ writing: { seen }, guess }) =>
        Array.from({ length: guess.length + 1 }, (_, n) => [...new Set([...seen, ...guess.slice(0, n)])]),
      ),
    )
    const next = tries.every(({ guess }) => guess.length === 0)
      ? (await decoding.read(parts, question, run)).map((one) => [one])
      : await decoding.verify(parts, question, run)
    for (const [i, { writing, guess }] of tries.entries()) {
      follow(writing, guess, next[i]!)
      if (repetitionPenalty !== 1) for (const { trail } of writing.added) writing.seen.add(trail!.token)
      settle(writing, guess.length, most)
      if (decoding.forgets) decoding.forget(writing.sequence, writing.tokens.length - writing.unread.length)
    }
    const steps = Math.max(...going.map(({ writing }) => writing.added.length))
    for (let n = 0; n < steps; n++) yield writings.map(({ added }) => added.slice(n, n + 1))
    for (const { writing } of going) writing.added = []
  }
  return writings.map(({ search }) => search.found)
}

/** Takes the tokens that are likeliest as long as they are those that were guessed, and the first one that is not. */
function follow(writing: Writing, guess: readonly number[], next: readonly NextLogits[]): void {
  const added: Hypothesis[] = []
  for (const [i, own] of next.entries()) {
    const [child] = writing.search.expand([writing.active!], [own])
    writing.active = child ?? null
    if (!child) break
    added.push(child)
    writing.tokens.push(child.trail!.token)
    if (child.trail!.token !== guess[i]) break
  }
  writing.added = added
}

/** Which tokens are to be read next, where, and how many to guess: more as long as all are right, few where they are not. */
function settle(writing: Writing, guessed: number, most: number): void {
  const { added, sequence, trial, unread } = writing
  const right = added.length - 1
  const own = added.map(({ trail }) => trail!.token)
  if (guessed > 0) writing.length = Math.min(most, right < guessed ? right + 1 : 2 * writing.length)
  if (right < guessed && sequence !== trial) {
    writing.unread = [...unread, ...own]
    return
  }
  writing.unread = own.slice(-1)
  if (guessed === 0) return
  writing.sequence = trial
  writing.trial = sequence
}
