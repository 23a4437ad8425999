// Start values and batches of the tiny model, from a closed formula: make_tiny_model.py computes the same bits.
import { count, type Shape } from '../../lib/tensor/shape.ts'

export const [d, inner, state, rank, experts] = [32, 64, 16, 2, 2]
export const [router, vocab, heads, ffn] = [16, 50, 2, 64]
export const ignored = -100

const lengths = [
  [7, 1, 5, 4],
  [2, 9, 1, 5],
  [1, 1, 1, 14],
  [6, 3, 7, 1],
]
const textLengths = [
  [6, 1, 9, 3, 5],
  [4, 8, 1, 1, 10],
  [2, 2, 17, 2, 1],
  [5, 5, 5, 5, 4],
]
/** The sequence whose predicted vectors a text attends to; two texts share one. */
const textOf = [0, 1, 2, 2, 3]

/** Sizes of the inputs of a training step. */
export interface Capacity {
  readonly rows: number
  readonly sequences: number
  /** Rows that have a next row. */
  readonly pairs: number
  readonly tokens: number
  readonly texts: number
}

export const capacity: Capacity = { rows: 17, sequences: 4, pairs: 13, tokens: 24, texts: 5 }
export const batches = lengths.length

/** Numbers in [0, 1): the bits of a 32-bit integer hash of (stream, index). */
export function noise(stream: number, n: number): Float64Array {
  const numbers = new Float64Array(n)
  // A plain loop: tests draw millions of them, and Float64Array.from takes ten times as long.
  for (let i = 0; i < n; i++) {
    let x = (Math.imul(i + 1, 0x9e3779b1) + Math.imul(stream, 0x85ebca6b)) >>> 0
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
    numbers[i] = ((x ^ (x >>> 16)) >>> 0) / 2 ** 32
  }
  return numbers
}

export function spread(stream: number, shape: Shape, centre: number, width: number): Float32Array {
  return new Float32Array(noise(stream, count(shape)).map((u) => centre + width * (2 * u - 1)))
}

function offsetsOf(parts: readonly number[]): number[] {
  const offsets = [0]
  for (const n of parts) offsets.push(offsets.at(-1)! + n)
  return offsets
}

/** Inputs of one step for top-k routing, by name. */
export function makeBatch(number: number, k: number): Record<string, Float32Array | Int32Array> {
  const offsets = offsetsOf(lengths[number]!)
  const textOffsets = offsetsOf(textLengths[number]!)
  const { rows, sequences, tokens } = capacity
  const stream = 1000 + 10 * number
  const sequenceOf = lengths[number]!.flatMap((n, s) => Array<number>(n).fill(s))
  const now = sequenceOf.flatMap((s, row) => (sequenceOf[row + 1] === s ? [row] : []))
  const ids = (at: number, n: number) => Int32Array.from(noise(stream + at, tokens), (u) => Math.floor(u * n))
  const dropped = ids(3, 4)
  const targets = ids(2, vocab).map((id, i) => (dropped[i] === 0 ? ignored : id))
  const copies = <T>(make: (copy: number) => readonly T[]) =>
    Array.from({ length: k }, (_, i) => make(i)).flat()
  return {
    x: spread(stream, [rows, d], 0, 1.7),
    offsets: Int32Array.from(offsets),
    routedRow: Int32Array.from(copies(() => sequenceOf.map((_, row) => row))),
    routedSequence: Int32Array.from(copies((i) => sequenceOf.map((s) => i * sequences + s))),
    routedOffsets: Int32Array.from([0, ...copies((i) => offsets.slice(1).map((end) => i * rows + end))]),
    now: Int32Array.from(now),
    following: Int32Array.from(now, (row) => row + 1),
    perPair: Float32Array.of(1 / now.length),
    ids: ids(1, vocab),
    positions: Int32Array.from(textLengths[number]!.flatMap((n) => Array.from({ length: n }, (_, i) => i))),
    targets,
    textOffsets: Int32Array.from(textOffsets),
    memory: Int32Array.from(textOf.flatMap((s) => offsets.slice(s, s + 2))),
    perTarget: Float32Array.of(1 / targets.filter((id) => id !== ignored).length),
    frequencies: Float32Array.from({ length: d / heads / 2 }, (_, i) => 10000 ** (-i / (d / heads / 2))),
  }
}
