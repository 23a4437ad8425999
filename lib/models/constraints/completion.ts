import type { TokenWalk } from './token_walk.ts'

/** Farther than any text: there is no way. */
export const UNREACHABLE = 0xffff

/** How to write one string, from every place in a text. */
export interface Completion {
  /** u16 [places]: tokens until the string has occurred; UNREACHABLE where no tokens lead there. */
  readonly distance: Uint16Array
  /** Tokens after each of which the distance is less by one, or the string has occurred; best first. */
  next(place: number): readonly number[]
  /** The places where a token that completes the string may lead. */
  readonly landings: ReadonlySet<number>
}

/** A pattern of the walk, and per node the beginning of it that the text ends with, as Automaton.matched gives it. */
export interface Goal {
  readonly pattern: number
  readonly matched: Int32Array
}

export interface CompletionOptions {
  /** The string at any place, and where it looks right. */
  readonly anywhere: Goal
  readonly natural: Goal
  /** The tokens to write it with, best first. */
  readonly tokens: readonly number[]
  /** Those of them that may also come before it. */
  readonly fillers: readonly number[]
  /** Whether a text may open with a token. */
  opens(token: number): boolean
}

/** What a token does: the edge from `place` by `tokens[t]` has number place · tokens + t. */
interface Edges {
  /** i32: the place after it, -1 where the token is not allowed or of no use. */
  readonly to: Int32Array
  /** u8: the highest goal that it serves, as a filler or by a beginning of the string. */
  readonly serves: Uint8Array
  /** u8: the highest goal that it completes. */
  readonly completes: Uint8Array
}

const NONE = 0
const ANYWHERE = 1
const NATURAL = 2

/**
 * Finds shortest ways to write a string. Where exclusions bar its natural place (after a space, most often), the
 * string is written at any place. Work is places · tokens.
 */
export function createCompletion(walk: TokenWalk, options: CompletionOptions): Completion {
  const edges = followAll(walk, options)
  const { tokens } = options
  const { to, serves, completes } = edges
  const natural = distances(walk.places, edges, NATURAL)
  const distance = natural.slice()
  if (natural.includes(UNREACHABLE))
    distances(walk.places, edges, ANYWHERE).forEach((steps, place) => {
      if (natural[place] === UNREACHABLE) distance[place] = steps
    })
  const landings = new Set<number>()
  completes.forEach((goal, edge) => {
    if (goal !== NONE) landings.add(to[edge]!)
  })
  return {
    distance,
    next(place) {
      const goal = natural[place] === UNREACHABLE ? ANYWHERE : NATURAL
      return tokens.filter((_, t) => {
        const edge = place * tokens.length + t
        if (serves[edge]! < goal) return false
        return completes[edge]! >= goal || distance[to[edge]!] === distance[place]! - 1
      })
    },
    landings,
  }
}

function followAll(walk: TokenWalk, options: CompletionOptions): Edges {
  const { anywhere, natural, tokens, fillers } = options
  const to = new Int32Array(walk.places * tokens.length).fill(-1)
  const serves = new Uint8Array(to.length)
  const completes = new Uint8Array(to.length)
  const isFiller = tokens.map((token) => fillers.includes(token))
  const opens = tokens.map(options.opens)
  for (let place = 0, edge = 0; place < walk.places; place++)
    for (let t = 0; t < tokens.length; t++, edge++) {
      const after = place === walk.start && !opens[t] ? -1 : walk.follow(place, tokens[t]!)
      if (after < 0) continue
      if (isFiller[t] || reaches(natural, walk.found, after)) serves[edge] = NATURAL
      else if (reaches(anywhere, walk.found, after)) serves[edge] = ANYWHERE
      if (serves[edge] === NONE) continue
      to[edge] = after
      if (walk.found.includes(anywhere.pattern))
        completes[edge] = walk.found.includes(natural.pattern) ? NATURAL : ANYWHERE
    }
  return { to, serves, completes }
}

/** Whether the text before `place` ends with a beginning of the string, or has just ended it. */
function reaches({ pattern, matched }: Goal, found: readonly number[], place: number): boolean {
  return matched[place]! > 0 || found.includes(pattern)
}

/** Breadth first from the edges that complete `goal`, against their direction. */
function distances(places: number, { to, serves, completes }: Edges, goal: number): Uint16Array {
  const tokens = to.length / places
  const distance = new Uint16Array(places).fill(UNREACHABLE)
  const firstInto = new Int32Array(places).fill(-1)
  const nextInto = new Int32Array(to.length)
  const reached: number[] = []
  const reach = (edge: number, steps: number) => {
    const place = Math.floor(edge / tokens)
    if (distance[place] !== UNREACHABLE) return
    distance[place] = steps
    reached.push(place)
  }
  to.forEach((target, edge) => {
    if (serves[edge]! < goal) return
    nextInto[edge] = firstInto[target]!
    firstInto[target] = edge
    if (completes[edge]! >= goal) reach(edge, 1)
  })
  for (const place of reached)
    for (let edge = firstInto[place]!; edge !== -1; edge = nextInto[edge]!) reach(edge, distance[place]! + 1)
  return distance
}
