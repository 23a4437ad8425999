import { isWithin } from '../check_filter.ts'
import type { CheckedConcept } from '../check_record.ts'
import type { ConceptFilter } from '../record.ts'
import { BLOCK, type Block, type BlockReader } from './blocks.ts'
import { grown } from './grown.ts'
import type { StringTable } from './string_table.ts'

/** Fields whose values are few, or are asked for as they are: kept as numbers of words. */
const CODED = ['type', 'modality', 'primaryDomain', 'sourceDataset', 'document'] as const

export const NONE = 0xffff_ffff

/** What the table knows of a concept. */
export interface ConceptEntry {
  readonly number: number
  /** Bytes of its record. */
  readonly bytes: number
  /** Words of the coded fields; `NONE` where a field has no value. */
  readonly words: readonly number[]
  readonly gps: ArrayLike<number>
}

/** Where the records of concepts lie, and what filters ask of them, by the numbers of their ids. */
export interface ConceptTable {
  /** Concepts that are there. */
  readonly count: number
  /** Bytes of their records, and those of records that were replaced or removed. */
  readonly bytes: { readonly live: number; readonly dead: number }
  has(number: number): boolean
  /** Where its record lies in the log. */
  place(number: number): { readonly at: number; readonly bytes: number }
  /** What filters ask of a concept: numbers of words, and coordinates. */
  entry(number: number): ConceptEntry
  /** Numbers of all concepts, in no order. */
  numbers(): Uint32Array
  /** `put` blocks: `recordsAt` is where the records of their frame begin. */
  put(block: BlockReader, recordsAt: number): void
  remove(numbers: Uint32Array): void
  /**
   * 1 for each number whose concept fulfils the conditions that the table knows of, all but the text.
   */
  mask(filter: ConceptFilter, words: StringTable): { readonly mask: Uint8Array; readonly count: number }
}

export function conceptTable(): ConceptTable {
  let ats = new Float64Array(1 << 8).fill(-1)
  let sizes = new Uint32Array(1 << 8)
  const coded = CODED.map(() => new Uint32Array(1 << 8))
  let pointAt = new Uint32Array(1 << 8)
  let pointSize = new Uint8Array(1 << 8)
  let points = new Float64Array(1 << 4)
  let [pointsEnd, end, count, live, dead] = [0, 0, 0, 0, 0]
  const has = (number: number) => number < end && ats[number]! >= 0

  const makeRoom = (numbers: Uint32Array): void => {
    for (const number of numbers) if (number >= end) end = number + 1
    ats = grown(ats, end, (n) => new Float64Array(n), -1)
    sizes = grown(sizes, end, (n) => new Uint32Array(n))
    for (const [i, column] of coded.entries()) coded[i] = grown(column, end, (n) => new Uint32Array(n))
    pointAt = grown(pointAt, end, (n) => new Uint32Array(n))
    pointSize = grown(pointSize, end, (n) => new Uint8Array(n))
  }
  const remove = (number: number): void => {
    if (!has(number)) return
    ats[number] = -1
    live -= sizes[number]!
    dead += sizes[number]!
    count--
  }
  const withGps = (mask: Uint8Array, ranges: NonNullable<ConceptFilter['gps']>): void => {
    for (let number = 0; number < end; number++) {
      if (mask[number] === 0) continue
      const point = points.subarray(pointAt[number]!, pointAt[number]! + pointSize[number]!)
      if (!isWithin(point, ranges)) mask[number] = 0
    }
  }
  return {
    get count() {
      return count
    },
    get bytes() {
      return { live, dead }
    },
    has,
    place: (number) => ({ at: ats[number]!, bytes: sizes[number]! }),
    entry: (number) => ({
      number,
      bytes: sizes[number]!,
      words: coded.map((column) => column[number]!),
      gps: points.subarray(pointAt[number]!, pointAt[number]! + pointSize[number]!),
    }),
    numbers: () => {
      const all = new Uint32Array(count)
      for (let number = 0, n = 0; number < end; number++) if (has(number)) all[n++] = number
      return all
    },
    put: (block, recordsAt) => {
      const n = block.count
      const [numbers, bytes] = [block.u32(n), block.u32(n)]
      const columns = CODED.map(() => block.u32(n))
      const lengths = block.u32(n)
      const coordinates = block.f64(lengths.reduce((sum, length) => sum + length, 0))
      makeRoom(numbers)
      points = grown(points, pointsEnd + coordinates.length, (length) => new Float64Array(length))
      points.set(coordinates, pointsEnd)
      let at = recordsAt
      for (const [i, number] of numbers.entries()) {
        remove(number)
        ats[number] = at
        sizes[number] = bytes[i]!
        for (const [c, column] of columns.entries()) coded[c]![number] = column[i]!
        pointAt[number] = pointsEnd
        pointSize[number] = lengths[i]!
        pointsEnd += lengths[i]!
        at += bytes[i]!
        live += bytes[i]!
      }
      count += n
    },
    remove: (numbers) => {
      for (const number of numbers) remove(number)
    },
    mask: (filter, words) => {
      const mask = new Uint8Array(end)
      for (let number = 0; number < end; number++) mask[number] = has(number) ? 1 : 0
      const wanted = [filter.types, filter.modalities, filter.domains, filter.sources, filter.documents]
      for (const [c, values] of wanted.entries()) {
        if (values === undefined) continue
        const numbers = new Set(values.map((value) => words.find(value)))
        const column = coded[c]!
        for (let number = 0; number < end; number++)
          if (mask[number] === 1 && !numbers.has(column[number]!)) mask[number] = 0
      }
      if (filter.gps !== undefined) withGps(mask, filter.gps)
      let matching = 0
      for (const bit of mask) matching += bit
      return { mask, count: matching }
    },
  }
}

/** What the table is to know of a concept. */
export function entryOf(
  { concept }: CheckedConcept,
  bytes: number,
  idOf: (text: string) => number,
  wordOf: (text: string) => number,
): ConceptEntry {
  const words = CODED.map((field) => {
    const value = concept[field]
    return value === null ? NONE : wordOf(value)
  })
  return { number: idOf(concept.id), bytes, words, gps: concept.gps ?? [] }
}

/** The block that puts concepts into the table. */
export function putBlock(entries: readonly ConceptEntry[]): Block {
  const columns = CODED.map((_, c) => Uint32Array.from(entries, ({ words }) => words[c]!))
  const coordinates = entries.flatMap(({ gps }) => Array.from(gps))
  return {
    kind: BLOCK.put,
    count: entries.length,
    arrays: [
      Uint32Array.from(entries, ({ number }) => number),
      Uint32Array.from(entries, ({ bytes }) => bytes),
      ...columns,
      Uint32Array.from(entries, ({ gps }) => gps.length),
      Float64Array.from(coordinates),
    ],
  }
}
