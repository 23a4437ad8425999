import type { Pieces } from '../../core/tokenizer.ts'
import type { Automaton } from './automaton.ts'

/** Reads tokens into an automaton. A place is a node of it, or `start`. */
export interface TokenWalk {
  /** Number of places: 0 to places - 1. */
  readonly places: number
  /** The place before the first token, whose leading space is not part of the text. */
  readonly start: number
  /** The place after a token, or -1 where the text would contain a forbidden pattern. */
  follow(place: number, token: number): number
  /** The other patterns that the last call of `follow` found, by index. */
  readonly found: readonly number[]
}

const SPACE = 0x20

/** Walks over the texts that tokens spell. Patterns from index `forbidden` on must not occur. */
export function createTokenWalk(automaton: Automaton, pieces: Pieces, forbidden: number): TokenWalk {
  const start = automaton.size
  const found: number[] = []
  return {
    places: automaton.size + 1,
    start,
    follow(place, token) {
      if (found.length > 0) found.length = 0
      const piece = pieces.piece(token)
      if (piece === '') return place
      let node = place === start ? automaton.start : place
      for (let i = place === start && piece.charCodeAt(0) === SPACE ? 1 : 0; i < piece.length; i++) {
        node = automaton.step(node, piece.charCodeAt(i))
        for (const pattern of automaton.found[node]!) {
          if (pattern >= forbidden) return -1
          found.push(pattern)
        }
      }
      return node
    },
    found,
  }
}
