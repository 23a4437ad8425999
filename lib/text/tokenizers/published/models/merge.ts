import type { Steps } from '../../steps.ts'
import type { Merges } from './merges.ts'

/** A rank and a place in one number, so that a heap of numbers has the least rank first, and then the first place. */
const PLACES = 2 ** 26
const GONE = -1

/** What a merge costs, in places that are looked at once. */
const MERGE = 8

/**
 * Merges the tokens of a word until no pair is left, the least rank first; of equal ranks the first in the word. The
 * time is that of sorting, also where all characters are equal.
 *
 * @param parts the tokens, fewer than 2^26, in parts of which each is read at once
 */
export function* mergeAll(
  parts: readonly (readonly number[])[],
  merges: Merges,
  units: number,
): Steps<readonly number[]> {
  const count = parts.reduce((sum, { length }) => sum + length, 0)
  if (count < 2) return parts.flat()
  const tokens = new Int32Array(count)
  let filled = 0
  for (const part of parts) {
    if (filled > 0) yield part.length
    tokens.set(part, filled)
    filled += part.length
  }
  const next = new Int32Array(count)
  const previous = new Int32Array(count)
  // A merge takes one pair and offers two.
  const heap = new Float64Array(2 * count)
  let offered = 0
  const offer = (at: number) => {
    if (at < 0 || next[at]! >= count) return
    const pair = merges.find(tokens[at]!, tokens[next[at]!]!)
    if (pair >= 0) push(heap, offered++, merges.rank[pair]! * PLACES + at)
  }
  for (let from = 0; from < count; from += units) {
    const to = Math.min(count, from + units)
    for (let at = from; at < to; at++) {
      next[at] = at + 1
      previous[at] = at - 1
      offer(at)
    }
    if (to < count) yield units
  }
  while (offered > 0) {
    for (let done = 0; offered > 0 && done < units; done += MERGE) {
      const least = pop(heap, offered--)
      const at = least % PLACES
      const right = next[at]!
      if (tokens[at] === GONE || right >= count) continue
      const pair = merges.find(tokens[at]!, tokens[right]!)
      // What was offered before one of the two was merged is not there any more.
      if (pair < 0 || merges.rank[pair] !== Math.floor(least / PLACES)) continue
      tokens[at] = merges.merged[pair]!
      tokens[right] = GONE
      next[at] = next[right]!
      if (next[at]! < count) previous[next[at]!] = at
      offer(previous[at]!)
      offer(at)
    }
    if (offered > 0) yield units
  }
  const out: number[] = []
  for (let from = 0; from < count; from += units) {
    const to = Math.min(count, from + units)
    for (let at = from; at < to; at++) if (tokens[at] !== GONE) out.push(tokens[at]!)
    if (to < count) yield units
  }
  return out
}

/** @param count what is in the heap before */
function push(heap: Float64Array, count: number, value: number): void {
  let at = count
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (heap[parent]! <= value) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = value
}

/** @param count what is in the heap before */
function pop(heap: Float64Array, count: number): number {
  const least = heap[0]!
  const last = count - 1
  const value = heap[last]!
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= last) break
    if (child + 1 < last && heap[child + 1]! < heap[child]!) child++
    if (heap[child]! >= value) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = value
  return least
}
