import { grown } from '../../core/grown.ts'
import { isWithin } from '../check_filter.ts'
import { type CheckedConcept, MOST_COORDINATES } from '../check_record.ts'
import type { ConceptFilter } from '../record.ts'
import { areBelow } from './below.ts'
import { BLOCK, type Block, type BlockReader } from './blocks.ts'
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
  /** Where records lie in the log, and their bytes. */
  places(numbers: Uint32Array): { readonly ats: Float64Array; readonly sizes: Uint32Array }
  /** What filters ask of a concept: numbers of words, and coordinates. */
  entry(number: number): ConceptEntry
  /** Numbers of all concepts, or of those that a mask has, from the least on. */
  numbers(mask?: Uint8Array): Uint32Array
  /**
   * `put` blocks.
   *
   * @param records where the records of their frame lie
   * @param sizes   how many ids and words there are
   * @returns whether the block says what can be
   */
  put(
    block: BlockReader,
    records: { readonly at: number; readonly bytes: number },
    sizes: { readonly ids: number; readonly words: number },
  ): boolean
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
    for (let i = 0; i < numbers.length; i++) if (numbers[i]! >= end) end = numbers[i]! + 1
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
    places: (numbers) => {
      const found = { ats: new Float64Array(numbers.length), sizes: new Uint32Array(numbers.length) }
      for (let i = 0; i < numbers.length; i++) {
        found.ats[i] = ats[numbers[i]!]!
        found.sizes[i] = sizes[numbers[i]!]!
      }
      return found
    },
    entry: (number) => ({
      number,
      bytes: sizes[number]!,
      words: coded.map((column) => column[number]!),
      gps: points.subarray(pointAt[number]!, pointAt[number]! + pointSize[number]!),
    }),
    numbers: (mask) => {
      const all = new Uint32Array(count)
      let n = 0
      for (let number = 0; number < end; number++)
        if (ats[number]! >= 0 && (mask === undefined || mask[number] === 1)) all[n++] = number
      return all.subarray(0, n)
    },
    put: (block, records, known) => {
      const n = block.count
      const [numbers, bytes] = [block.u32(n), block.u32(n)]
      const columns = CODED.map(() => block.u32(n))
      const lengths = block.u32(n)
      const coordinates = block.f64(lengths.reduce((sum, length) => sum + length, 0))
      const good =
        areBelow(numbers, known.ids) &&
        columns.every((column) => areBelow(column, known.words, NONE)) &&
        areBelow(lengths, MOST_COORDINATES + 1) &&
        bytes.reduce((sum, size) => sum + size, 0) <= records.bytes
      if (!good) return false
      const areNew = n > 0 && numbers[0]! >= end && areConsecutive(numbers)
      makeRoom(numbers)
      points = grown(points, pointsEnd + coordinates.length, (length) => new Float64Array(length))
      points.set(coordinates, pointsEnd)
      const targets = [sizes, pointSize, ...coded]
      const values = [bytes, lengths, ...columns]
      if (!areNew) for (let i = 0; i < n; i++) remove(numbers[i]!)
      for (const [c, target] of targets.entries()) {
        const from = values[c]!
        // Most concepts of a store that is opened are new ones, one after another.
        if (areNew) target.set(from, numbers[0]!)
        else for (let i = 0; i < n; i++) target[numbers[i]!] = from[i]!
      }
      let at = records.at
      for (let i = 0; i < n; i++) {
        ats[numbers[i]!] = at
        pointAt[numbers[i]!] = pointsEnd
        pointsEnd += lengths[i]!
        at += bytes[i]!
      }
      live += at - records.at
      count += n
      return true
    },
    remove: (numbers) => {
      for (const number of numbers) remove(number)
    },
    mask: (filter, words) => {
      const mask = new Uint8Array(end)
      for (let number = 0; number < end; number++) mask[number] = ats[number]! >= 0 ? 1 : 0
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

function areConsecutive(numbers: Uint32Array): boolean {
  for (let i = 1; i < numbers.length; i++) if (numbers[i] !== numbers[i - 1]! + 1) return false
  return true
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
