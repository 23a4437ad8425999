import { randomInt } from 'node:crypto'
import { grown } from '../../core/grown.ts'
import type { Block } from './blocks.ts'

/** Texts, each once, by numbers from 0 on. Kept as bytes: millions of them are no objects. */
export interface StringTable {
  readonly size: number
  /** The number of a text; -1 where it is not there. */
  find(text: string): number
  /** Adds texts that are not there, as UTF-8 one after another. */
  append(lengths: Uint32Array, bytes: Uint8Array): void
  at(number: number): string
}

/** The share of places that may be taken before there are twice as many. */
const FULL = 0.6
/** Texts that are looked for in the bytes of all: a store that is opened for a few need not give each a place. */
const FEW = 64

export function stringTable(): StringTable {
  const seed = randomInt(2 ** 32)
  let bytes = Buffer.alloc(1 << 10)
  let ends = new Uint32Array(1 << 8)
  let size = 0
  /** Made when more than a few texts have been looked for; `placed` texts have theirs. */
  let places = new Int32Array(1 << 9).fill(-1)
  let [placed, searches] = [0, 0]
  const begin = (number: number) => (number === 0 ? 0 : ends[number - 1]!)

  const hashOf = (from: Uint8Array, first: number, end: number): number => {
    let hash = seed
    for (let i = first; i < end; i++) hash = Math.imul(hash ^ from[i]!, 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    return (hash ^ (hash >>> 13)) >>> 0
  }
  const place = (number: number): void => {
    const mask = places.length - 1
    let at = hashOf(bytes, begin(number), ends[number]!) & mask
    while (places[at]! >= 0) at = (at + 1) & mask
    places[at] = number
  }
  const placeAll = (): void => {
    let wanted = places.length
    while (size > FULL * wanted) wanted *= 2
    if (wanted !== places.length) {
      places = new Int32Array(wanted).fill(-1)
      placed = 0
    }
    while (placed < size) place(placed++)
  }
  const findInBytes = (wanted: Buffer): number => {
    const used = bytes.subarray(0, size === 0 ? 0 : ends[size - 1]!)
    for (let at = used.indexOf(wanted); at >= 0; at = used.indexOf(wanted, at + 1)) {
      // The text whose last byte is the last one that was found.
      let [low, high] = [0, size]
      while (low < high) {
        const middle = (low + high) >>> 1
        if (ends[middle]! < at + wanted.length) low = middle + 1
        else high = middle
      }
      if (ends[low] === at + wanted.length && begin(low) === at) return low
    }
    return -1
  }
  return {
    get size() {
      return size
    },
    find: (text) => {
      const wanted = Buffer.from(text)
      if (wanted.length > 0 && searches < FEW && placed < size) {
        searches++
        return findInBytes(wanted)
      }
      placeAll()
      const mask = places.length - 1
      for (let at = hashOf(wanted, 0, wanted.length) & mask; places[at]! >= 0; at = (at + 1) & mask) {
        const number = places[at]!
        const first = begin(number)
        const end = ends[number]!
        if (end - first === wanted.length && bytes.compare(wanted, 0, wanted.length, first, end) === 0)
          return number
      }
      return -1
    },
    append: (lengths, added) => {
      let end = size === 0 ? 0 : ends[size - 1]!
      bytes = grown(bytes, end + added.length, (n) => Buffer.alloc(n))
      bytes.set(added, end)
      ends = grown(ends, size + lengths.length, (n) => new Uint32Array(n))
      for (const length of lengths) {
        end += length
        ends[size++] = end
      }
    },
    at: (number) => bytes.toString('utf8', begin(number), ends[number]!),
  }
}

/** The block that adds texts to a table, `kind` says to which; none where there are none. */
export function textBlocks(kind: number, texts: readonly string[]): Block[] {
  if (texts.length === 0) return []
  const parts = texts.map((text) => Buffer.from(text))
  const lengths = Uint32Array.from(parts, ({ length }) => length)
  return [{ kind, count: parts.length, arrays: [lengths, Buffer.concat(parts)] }]
}
