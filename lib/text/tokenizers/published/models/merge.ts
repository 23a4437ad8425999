import type { Merges } from './merges.ts'

/** A rank and a place in one number, so that a heap of numbers has the least rank first, and then the first place. */
const PLACES = 2 ** 26
const GONE = -1

/**
 * Merges the tokens of a word until no pair is left, the least rank first; of equal ranks the first in the word. The
 * time is that of sorting, also where all characters are equal.
 *
 * @param tokens fewer than 2^26; changed
 */
export function mergeAll(tokens: number[], merges: Merges): number[] {
  const count = tokens.length
  if (count < 2) return tokens
  const next = Int32Array.from(tokens, (_, i) => i + 1)
  const previous = Int32Array.from(tokens, (_, i) => i - 1)
  const heap: number[] = []
  const offer = (at: number) => {
    if (at < 0 || next[at]! >= count) return
    const pair = merges.find(tokens[at]!, tokens[next[at]!]!)
    if (pair >= 0) push(heap, merges.rank[pair]! * PLACES + at)
  }
  for (let at = 0; at + 1 < count; at++) offer(at)
  while (heap.length > 0) {
    const least = pop(heap)
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
  return tokens.filter((token) => token !== GONE)
}

function push(heap: number[], value: number): void {
  let at = heap.push(value) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (heap[parent]! <= value) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = value
}

function pop(heap: number[]): number {
  const least = heap[0]!
  const value = heap.pop()!
  const count = heap.length
  if (count === 0) return least
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= count) break
    if (child + 1 < count && heap[child + 1]! < heap[child]!) child++
    if (heap[child]! >= value) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = value
  return least
}
