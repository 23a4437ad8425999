import type { Constraints } from '../../constraints/constraints.ts'
import type { NextLogits } from '../decoding/decoding.ts'
import { beginSpelling, type Decode, findStop, restOf, type Spelling, spell } from './spelling.ts'

/** Why a text ended: by the model's own end, by a stop text, or because no more tokens were allowed. */
export type TextEnd = 'end' | 'stop' | 'length'

/** A text that was written. */
export interface WrittenText {
  readonly text: string
  /** What was written, the end included; of a text that was stopped also the tokens of the stop. */
  readonly tokens: readonly number[]
  /** Natural log of the probability that the model gives each of them. */
  readonly logProbs: readonly number[]
  readonly ended: TextEnd
  /** Sum of the log-probabilities; in a beam search over tokens ^ lengthPenalty. */
  readonly score: number
}

/** The tokens of a text, the last one first. */
interface Trail {
  readonly before: Trail | null
  readonly token: number
  readonly logProb: number
  /** What it has added to the text. */
  readonly piece: string
}

/** A text that is being written. */
export interface Hypothesis {
  readonly trail: Trail | null
  /** Of all its tokens together. */
  readonly score: number
  readonly length: number
  readonly spelling: Spelling
  /** The end of the text, in which a stop would show. */
  readonly tail: string
  /** Characters at the end of `tail` that a stop has made void; 0 where none did. */
  readonly cut: number
}

/** One that goes on, and the place of what it goes on from among those that were being written. */
export interface Child extends Hypothesis {
  readonly parent: number
}

/** How the texts of a prompt are chosen, token by token. */
export interface Search {
  /**
   * What comes of the texts that are being written, at first of the prompt alone; those that end are taken in.
   *
   * @param next what may follow each
   */
  expand(active: readonly Hypothesis[], next: readonly NextLogits[]): Child[]
  /** The texts found, best first. */
  readonly found: readonly WrittenText[]
}

/** What all texts of a prompt obey. */
export interface Rules {
  readonly ends: ReadonlySet<number>
  readonly stops: readonly string[]
  /** Tokens of a text at most. */
  readonly maxTokens: number
  readonly decode: Decode
  /** What texts must contain and must not; a beam search alone obeys it. */
  readonly constraints?: Constraints | null
}

/** @param before tokens before the text, which tell how its first one is spaced */
export function emptyHypothesis(before: readonly number[]): Hypothesis {
  return { trail: null, score: 0, length: 0, spelling: beginSpelling(before), tail: '', cut: 0 }
}

export function extended(
  { trail, score, length, spelling: own, tail: end }: Hypothesis,
  token: number,
  logProb: number,
  { ends, stops, decode }: Rules,
): Hypothesis {
  const spelling = ends.has(token) ? { ...own, piece: '' } : spell(own, token, decode)
  const { piece } = spelling
  const longest = stops.reduce((most, stop) => Math.max(most, stop.length), 1)
  const tail = end.slice(Math.max(0, end.length - longest + 1)) + piece
  const stop = piece === '' ? -1 : findStop(tail, stops)
  return {
    trail: { before: trail, token, logProb, piece },
    score: score + logProb,
    length: length + 1,
    spelling,
    tail,
    cut: stop < 0 ? 0 : tail.length - stop,
  }
}

/** Whether a text ends with its last token, and why; null where it goes on. */
export function endOf({ trail, cut, length }: Hypothesis, { ends, maxTokens }: Rules): TextEnd | null {
  if (ends.has(trail!.token)) return 'end'
  if (cut > 0) return 'stop'
  return length >= maxTokens ? 'length' : null
}

export function written(
  { trail, spelling, cut }: Hypothesis,
  ended: TextEnd,
  score: number,
  { decode }: Rules,
): WrittenText {
  const all: Trail[] = []
  for (let own = trail; own !== null; own = own.before) all.push(own)
  all.reverse()
  const text = all.map(({ piece }) => piece).join('')
  return {
    text: ended === 'stop' ? text.slice(0, text.length - cut) : text + restOf(spelling, decode),
    tokens: all.map(({ token }) => token),
    logProbs: all.map(({ logProb }) => logProb),
    ended,
    score,
  }
}
