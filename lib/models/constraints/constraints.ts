import { badArgument, check } from '../../core/errors.ts'
import type { Pieces, Tokenizer } from '../../core/tokenizer.ts'
import { buildAutomaton, type Pattern } from './automaton.ts'
import { type Completion, createCompletion, UNREACHABLE } from './completion.ts'
import { type ConstraintOptions, readConstraints } from './strings.ts'
import { createTokenWalk } from './token_walk.ts'

/** What has been read of a text: a number that only the Constraints that gave it understand. */
export type ConstraintState = number

/** Decides, token by token, which texts may still become one that contains all that it must and nothing else. */
export interface Constraints {
  /** Before the first token. */
  readonly start: ConstraintState
  /** The state after a token, or null where the token would complete an excluded string. */
  next(state: ConstraintState, token: number): ConstraintState | null
  /** Whether all required strings have occurred, so that the text may end here. */
  satisfied(state: ConstraintState): boolean
  /**
   * Tokens that are enough until the text may end; 0 when satisfied. It counts the fewest that spell the nearest
   * missing string from here, and for every other one what it takes after another. Where strings overlap, or a
   * token ends one of them and goes on with something else, fewer may do. 65535 and more mean that exclusions have
   * left no way.
   */
  tokensNeeded(state: ConstraintState): number
  /**
   * Tokens that begin a missing string or go on with it, best first; [] when none is missing. Each is allowed and
   * leaves `tokensNeeded` less by at least 1; by more where a string turns out to overlap with another.
   */
  wanted(state: ConstraintState): readonly number[]
  /** The strings that must occur, none of them part of another. */
  readonly required: readonly string[]
  /** Whether there is nothing to enforce. */
  readonly empty: boolean
  /**
   * UTF-16 units of the required strings that have occurred, and of the longest beginning of a missing one that the
   * text ends with. Beams group hypotheses by it, so that those that lead do not crowd out the others (Post and
   * Vilar 2018, "Fast Lexically Constrained Decoding with Dynamic Beam Allocation", arXiv 1804.06609).
   */
  progress(state: ConstraintState): number
}

/** Strings that go next to what is before them; others go after a space. */
const ATTACHES = /^(?: |[\p{Pe}\p{Pf}\p{Pd}.,;:!?%'’…/](?!\d))/u

/** Which strings have occurred, and what follows from that. */
interface Met {
  readonly missing: readonly number[]
  /** Tokens for all missing strings, each after another. */
  readonly bound: number
  /** UTF-16 units of those that have occurred. */
  readonly units: number
}

/**
 * Makes constraints on a text that is chosen token by token. Characters count, not tokens: a string has occurred
 * however it was cut into tokens, and also inside a word.
 *
 * A decoder that only takes tokens after which `tokensNeeded` still fits into the tokens that are left, and one of
 * `wanted` where there is no other, ends with a text that satisfies them. Missing strings are written after a space
 * (".", ")" and their like without) unless exclusions forbid that. Where there is any constraint, the text stays
 * in NFKC: a character and a mark that it would join, such as "e" and U+0301, count as excluded.
 *
 * A state is the node of one automaton over all strings and the set of strings that have occurred; `next` reads the
 * characters of one token.
 *
 * @param maxTokens of the whole text
 * @throws VmmError BAD_ARGUMENT as `readConstraints` does; when exclusions leave no way to write the required strings
 * in any order; when these need more than `maxTokens` (by `tokensNeeded`)
 */
export function createConstraints(
  options: ConstraintOptions,
  pieces: Pieces,
  tokenizer: Pick<Tokenizer, 'encode'>,
  maxTokens: number,
): Constraints {
  check(Number.isInteger(maxTokens) && maxTokens > 0, 'maxTokens', maxTokens, 'a positive integer')
  const { required, excluded } = readConstraints(options, pieces, tokenizer)
  const count = required.length
  const empty = count + excluded.length === 0
  // By index: the required strings, the same where they look right, all that is forbidden.
  const patterns: Pattern[] = [
    ...required.map((text) => ({ text })),
    ...required.map((text) => ({ text, atWord: !ATTACHES.test(text) })),
    ...(empty ? [] : [...excluded, ...pieces.composable]).map((text) => ({ text })),
  ]
  const automaton = buildAutomaton(patterns)
  const walk = createTokenWalk(automaton, pieces, 2 * count)
  const goals = patterns
    .slice(0, 2 * count)
    .map((_, pattern) => ({ pattern, matched: automaton.matched(pattern) }))
  const { separators, fillers } = fillerTokens(patterns, pieces)
  // Without a space of its own, not all strings could be written after one.
  const spaces = pieces.find(' ') !== undefined
  const completions = required.map((text, i) =>
    createCompletion(walk, {
      anywhere: goals[i]!,
      natural: goals[count + i]!,
      tokens: [...new Set([...separators, ...stringTokens(text, pieces, tokenizer), ...fillers])],
      fillers,
      opens: (token) => !spaces || pieces.piece(token).startsWith(' '),
    }),
  )
  const costs = completions.map((completion) => costAfterAnother(completion, completions))

  const sets = missingSets(required, costs)
  const placeOf = (state: ConstraintState): number => state % walk.places
  const metOf = (state: ConstraintState): Met => sets.at(Math.floor(state / walk.places))
  /** What the next string costs more than if it came after another. */
  const surplus = (i: number, place: number): number => completions[i]!.distance[place]! - costs[i]!
  const least = ({ missing }: Met, place: number): number =>
    missing.reduce((lowest, i) => Math.min(lowest, surplus(i, place)), Number.POSITIVE_INFINITY)
  const tokensNeeded = (state: ConstraintState): number => {
    const met = metOf(state)
    return met.missing.length === 0 ? 0 : met.bound + least(met, placeOf(state))
  }

  const start = walk.places * sets.numberOf([...required.keys()]) + walk.start
  checkRoom(tokensNeeded(start), maxTokens)

  const wantedIn = new Map<ConstraintState, readonly number[]>()
  return {
    start,
    next(state, token) {
      const place = placeOf(state)
      const after = walk.follow(place, token)
      if (after < 0) return null
      if (walk.found.length === 0) return state - place + after
      const missing = metOf(state).missing.filter((i) => !walk.found.includes(i))
      return walk.places * sets.numberOf(missing) + after
    },
    satisfied: (state) => metOf(state).missing.length === 0,
    tokensNeeded,
    wanted(state) {
      const known = wantedIn.get(state)
      if (known) return known
      const met = metOf(state)
      const place = placeOf(state)
      const lowest = least(met, place)
      const nearest = met.missing.filter((i) => surplus(i, place) === lowest)
      const tokens = [...new Set(nearest.flatMap((i) => completions[i]!.next(place)))]
      wantedIn.set(state, tokens)
      return tokens
    },
    required,
    empty,
    progress(state) {
      const { missing, units } = metOf(state)
      const place = placeOf(state)
      if (place === walk.start) return units
      return missing.reduce((most, i) => Math.max(most, units + goals[count + i]!.matched[place]!), units)
    },
  }
}

/** Numbers the sets of missing strings as they come up: only few of all that there could be do. */
function missingSets(required: readonly string[], costs: readonly number[]) {
  const sets: Met[] = []
  const numbers = new Map<string, number>()
  return {
    numberOf(missing: readonly number[]): number {
      const key = missing.join()
      const known = numbers.get(key)
      if (known !== undefined) return known
      numbers.set(key, sets.length)
      const bound = missing.reduce((sum, i) => sum + costs[i]!, 0)
      const units = required.reduce((sum, text, i) => sum + (missing.includes(i) ? 0 : text.length), 0)
      return sets.push({ missing, bound, units }) - 1
    },
    at: (number: number): Met => sets[number]!,
  }
}

function checkRoom(needed: number, maxTokens: number): void {
  if (needed >= UNREACHABLE)
    throw badArgument('constraints.exclude', 'strings that leave no way to write those to include', 'fewer')
  if (needed > maxTokens)
    throw badArgument(
      'constraints',
      `strings to include that need ${needed} tokens`,
      `at most ${maxTokens} (maxTokens)`,
    )
}

/** The most tokens that a string takes where another has just been completed. */
function costAfterAnother(completion: Completion, all: readonly Completion[]): number {
  let most = 0
  for (const other of all)
    if (other !== completion)
      for (const place of other.landings) most = Math.max(most, completion.distance[place]!)
  return most
}

/** The tokens inside a string, and those that begin it after a space; first those that the tokenizer chooses. */
function stringTokens(text: string, pieces: Pieces, { encode }: Pick<Tokenizer, 'encode'>): number[] {
  const inside = new Set<number>()
  for (let begin = 0; begin < text.length; begin++)
    for (let end = begin + 1; end <= text.length; end++) {
      const part = text.slice(begin, end)
      for (const spelled of begin === 0 ? [part, ` ${part}`] : [part]) {
        const token = pieces.find(spelled)
        if (token !== undefined) inside.add(token)
      }
    }
  const chosen = [...encode(text)].filter((token) => inside.has(token))
  const tokens = [...new Set([...chosen, ...[...inside].sort((a, b) => a - b)])]
  if (!ATTACHES.test(text)) return tokens
  const spaced = (token: number) => Number(pieces.piece(token).startsWith(' '))
  return tokens.sort((a, b) => spaced(a) - spaced(b))
}

/**
 * Tokens that may part one string from another: a separator, which is a character of no pattern, so that nothing has
 * begun after it, and a space. Where patterns have all characters, these all. A separator is on a shortest path only
 * where there is no direct one, so it is better than a beginning that would have to be broken off.
 */
function fillerTokens(
  patterns: readonly Pattern[],
  pieces: Pieces,
): { separators: readonly number[]; fillers: readonly number[] } {
  const used = new Set(patterns.map(({ text }) => text).join(''))
  const singles: number[] = []
  for (let id = 0; id < pieces.size; id++) if (isOneCharacter(pieces.piece(id))) singles.push(id)
  const free = singles.filter((id) => pieces.piece(id) !== ' ' && !used.has(pieces.piece(id)))
  const separator = free.find((id) => /\p{P}/u.test(pieces.piece(id))) ?? free[0]
  if (separator === undefined) return { separators: [], fillers: singles }
  return { separators: [separator], fillers: [separator, pieces.find(' ') ?? separator] }
}

const isOneCharacter = (text: string): boolean =>
  text.length === 1 || (text.length === 2 && text.codePointAt(0)! > 0xffff)
