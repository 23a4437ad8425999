import { createHash } from 'node:crypto'
import type { Candidate } from '../candidates/candidate.ts'

/** A passage that a language model is to find concepts in. */
export interface Passage {
  readonly text: string
  readonly source: string
  readonly document: string | null
  readonly position: number | null
  readonly line: number | null
}

/** What is worked on at a time, here or by a worker elsewhere: plain data that needs no file. */
export interface Unit {
  /** Of its content, so that the same work is not done twice. */
  readonly id: string
  /** For people: where it comes from. */
  readonly name: string
  readonly candidates: readonly Candidate[]
  readonly passages: readonly Passage[]
}

/** Raised when units are worked on in another way, so that old results do not count. */
const FORMAT = 1

/** A unit under its id. `method` is what else decides about the result: models, limits, levels. */
export function unitOf(name: string, method: string, content: Omit<Unit, 'id' | 'name'>): Unit {
  const hash = createHash('sha256').update(JSON.stringify([FORMAT, method, content]))
  return { id: hash.digest('hex').slice(0, 24), name, ...content }
}
