/** The numbers of a heap by their keys, the least key first. */
export interface Heap {
  readonly size: number
  push(key: number, value: number): void
  /** The value of the least key, and that key in `lastKey`; of equal keys the least value. Call it only while there are some. */
  pop(): number
  readonly lastKey: number
}

/** A binary heap of numbers. */
export function makeHeap(): Heap {
  const keys: number[] = []
  const values: number[] = []
  let lastKey = 0
  const before = (a: number, b: number) =>
    keys[a]! < keys[b]! || (keys[a] === keys[b] && values[a]! < values[b]!)
  const swap = (a: number, b: number) => {
    ;[keys[a], keys[b]] = [keys[b]!, keys[a]!]
    ;[values[a], values[b]] = [values[b]!, values[a]!]
  }
  return {
    get size() {
      return keys.length
    },
    get lastKey() {
      return lastKey
    },
    push: (key, value) => {
      let at = keys.push(key) - 1
      values.push(value)
      for (let above = (at - 1) >> 1; at > 0 && before(at, above); above = (at - 1) >> 1) {
        swap(at, above)
        at = above
      }
    },
    pop: () => {
      swap(0, keys.length - 1)
      lastKey = keys.pop()!
      const value = values.pop()!
      for (let at = 0; ; ) {
        const left = 2 * at + 1
        if (left >= keys.length) return value
        const least = left + 1 < keys.length && before(left + 1, left) ? left + 1 : left
        if (!before(least, at)) return value
        swap(at, least)
        at = least
      }
    },
  }
}
