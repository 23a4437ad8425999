/** Pairs of tokens that become one: in which order, and which. */
export interface Merges {
  add(left: number, right: number, rank: number, merged: number): void
  /** Where a pair is in `rank` and `merged`; -1 for one that stays two. */
  find(left: number, right: number): number
  readonly rank: Int32Array
  readonly merged: Int32Array
}

/** Room for so many pairs; of a pair that is added twice, the later counts. */
export function buildMerges(count: number): Merges {
  const size = 2 ** Math.ceil(Math.log2(2 * count + 2))
  const lefts = new Int32Array(size).fill(-1)
  const rights = new Int32Array(size)
  const rank = new Int32Array(size)
  const merged = new Int32Array(size)
  const slotOf = (left: number, right: number): number => {
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)
    hash ^= hash >>> 15
    for (let slot = hash & (size - 1); ; slot = (slot + 1) & (size - 1))
      if (lefts[slot] === -1 || (lefts[slot] === left && rights[slot] === right)) return slot
  }
  return {
    add(left, right, order, becomes) {
      const slot = slotOf(left, right)
      lefts[slot] = left
      rights[slot] = right
      rank[slot] = order
      merged[slot] = becomes
    },
    find(left, right) {
      const slot = slotOf(left, right)
      return lefts[slot] === -1 ? -1 : slot
    },
    rank,
    merged,
  }
}
