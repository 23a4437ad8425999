import { grown } from '../../core/grown.ts'
import { byWeight } from '../check_call.ts'
import type { Edge } from '../record.ts'
import { areBelow } from './below.ts'
import { BLOCK, type Block, type BlockReader } from './blocks.ts'
import type { StringTable } from './string_table.ts'

/** Relations in memory, by the numbers of ids and of words. */
export interface Relations {
  readonly count: number
  /** Those that were removed and still take room. */
  readonly dead: number
  /** @returns whether the block says what can be */
  apply(block: BlockReader): boolean
  /** Relations of a concept that are of one of the types, the greatest weight first. */
  of(number: number, direction: 'out' | 'in', types: ReadonlySet<number> | null): Edge[]
  /** All relations, in the order in which they came, in blocks of `size` of them. */
  blocks(size: number, numberOf: (id: number) => number, wordOf: (word: number) => number): Generator<Block>
}

const NONE = -1
const UNSAID = 2

export function relations(ids: StringTable, words: StringTable): Relations {
  let sources = new Uint32Array(1 << 8)
  let targets = new Uint32Array(1 << 8)
  let types = new Uint32Array(1 << 8)
  let weights = new Float64Array(1 << 8)
  let specific = new Uint8Array(1 << 8)
  let alive = new Uint8Array(1 << 8)
  /** Lists of the relations of each concept: the last one, and of each relation the one before it. */
  let lastOut = new Int32Array(1 << 8).fill(NONE)
  let lastIn = new Int32Array(1 << 8).fill(NONE)
  let beforeOut = new Int32Array(1 << 8)
  let beforeIn = new Int32Array(1 << 8)
  let places = new Int32Array(1 << 9).fill(NONE)
  let [size, dead] = [0, 0]

  const placeOf = (source: number, type: number, target: number): number => {
    const mask = places.length - 1
    let hash = Math.imul(source, 0x9e3779b1) ^ Math.imul(target, 0x85ebca77) ^ Math.imul(type, 0xc2b2ae3d)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    let at = (hash ^ (hash >>> 13)) & mask
    for (; places[at]! >= 0; at = (at + 1) & mask) {
      const edge = places[at]!
      if (sources[edge] === source && targets[edge] === target && types[edge] === type) break
    }
    return at
  }
  const makeRoom = (wanted: number): void => {
    sources = grown(sources, wanted, (n) => new Uint32Array(n))
    targets = grown(targets, wanted, (n) => new Uint32Array(n))
    types = grown(types, wanted, (n) => new Uint32Array(n))
    weights = grown(weights, wanted, (n) => new Float64Array(n))
    specific = grown(specific, wanted, (n) => new Uint8Array(n))
    alive = grown(alive, wanted, (n) => new Uint8Array(n))
    beforeOut = grown(beforeOut, wanted, (n) => new Int32Array(n))
    beforeIn = grown(beforeIn, wanted, (n) => new Int32Array(n))
    if (wanted * 2 <= places.length) return
    places = new Int32Array(2 ** Math.ceil(Math.log2(wanted * 3))).fill(NONE)
    for (let edge = 0; edge < size; edge++)
      places[placeOf(sources[edge]!, types[edge]!, targets[edge]!)] = edge
  }
  const link = (source: number, type: number, target: number, weight: number, flag: number): void => {
    const at = placeOf(source, type, target)
    let edge = places[at]!
    if (edge === NONE) {
      edge = size++
      places[at] = edge
      sources[edge] = source
      targets[edge] = target
      types[edge] = type
      lastOut = grown(lastOut, source + 1, (n) => new Int32Array(n), NONE)
      lastIn = grown(lastIn, target + 1, (n) => new Int32Array(n), NONE)
      beforeOut[edge] = lastOut[source]!
      beforeIn[edge] = lastIn[target]!
      lastOut[source] = lastIn[target] = edge
    } else if (alive[edge] === 0) dead--
    weights[edge] = weight
    specific[edge] = flag
    alive[edge] = 1
  }
  const cut = (edge: number): void => {
    if (edge === NONE || alive[edge] === 0) return
    alive[edge] = 0
    dead++
  }
  function* list(number: number, direction: 'out' | 'in'): Generator<number> {
    const [last, before] = direction === 'out' ? [lastOut, beforeOut] : [lastIn, beforeIn]
    for (let edge = last[number] ?? NONE; edge !== NONE; edge = before[edge]!) yield edge
  }
  const edgeAt = (edge: number): Edge => ({
    source: ids.at(sources[edge]!),
    type: words.at(types[edge]!),
    target: ids.at(targets[edge]!),
    weight: weights[edge]!,
    domainSpecific: specific[edge] === UNSAID ? null : specific[edge] === 1,
  })
  return {
    get count() {
      return size - dead
    },
    get dead() {
      return dead
    },
    apply: (block) => {
      const n = block.count
      if (block.kind === BLOCK.drop) {
        const gone = block.u32(n)
        if (!areBelow(gone, ids.size)) return false
        for (const number of gone)
          for (const direction of ['out', 'in'] as const)
            for (const edge of list(number, direction)) cut(edge)
        return true
      }
      const [from, of, to] = [block.u32(n), block.u32(n), block.u32(n)]
      const good = areBelow(from, ids.size) && areBelow(of, words.size) && areBelow(to, ids.size)
      if (!good) return false
      if (block.kind === BLOCK.unlink) {
        for (let i = 0; i < n; i++) cut(places[placeOf(from[i]!, of[i]!, to[i]!)]!)
        return true
      }
      if (block.kind !== BLOCK.link) return false
      const [given, flags] = [block.f64(n), block.bytes(n)]
      makeRoom(size + n)
      for (let i = 0; i < n; i++) link(from[i]!, of[i]!, to[i]!, given[i]!, flags[i]!)
      return true
    },
    of: (number, direction, wanted) => {
      const found: Edge[] = []
      for (const edge of list(number, direction))
        if (alive[edge] === 1 && (wanted === null || wanted.has(types[edge]!))) found.push(edgeAt(edge))
      return found.sort(byWeight)
    },
    *blocks(length, numberOf, wordOf) {
      for (let edge = 0; edge < size; ) {
        const some: number[] = []
        for (; edge < size && some.length < length; edge++) if (alive[edge] === 1) some.push(edge)
        if (some.length === 0) return
        yield linkArrays(
          Uint32Array.from(some, (e) => numberOf(sources[e]!)),
          Uint32Array.from(some, (e) => wordOf(types[e]!)),
          Uint32Array.from(some, (e) => numberOf(targets[e]!)),
          Float64Array.from(some, (e) => weights[e]!),
          Uint8Array.from(some, (e) => specific[e]!),
        )
      }
    },
  }
}

function linkArrays(
  sources: Uint32Array,
  types: Uint32Array,
  targets: Uint32Array,
  weights: Float64Array,
  specific: Uint8Array,
): Block {
  return { kind: BLOCK.link, count: sources.length, arrays: [sources, types, targets, weights, specific] }
}

/** The block that adds relations, or gives them another weight. */
export function linkBlock(
  edges: readonly Edge[],
  idOf: (text: string) => number,
  wordOf: (text: string) => number,
): Block {
  return linkArrays(
    Uint32Array.from(edges, ({ source }) => idOf(source)),
    Uint32Array.from(edges, ({ type }) => wordOf(type)),
    Uint32Array.from(edges, ({ target }) => idOf(target)),
    Float64Array.from(edges, ({ weight }) => weight),
    Uint8Array.from(edges, ({ domainSpecific }) =>
      domainSpecific === null ? UNSAID : Number(domainSpecific),
    ),
  )
}
