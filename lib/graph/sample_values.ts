import { type Dtype, decodeNumbers, encodeNumbers } from '../tensor/dtype.ts'
import { count } from '../tensor/shape.ts'
import type { RefTensor, SampleTensor } from './spec.ts'

/** A small seeded generator (mulberry32) for samples. */
export function seeded(seed: string): () => number {
  let state = 0x9e3779b9
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 0x85ebca6b) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Rounds numbers to what a dtype can store. */
export function stored(values: ArrayLike<number>, dtype: Dtype): Float64Array {
  const data = encodeNumbers(values, dtype)
  return decodeNumbers(data.buffer as ArrayBuffer, dtype)
}

/** The values of a sample's tensor as they are stored. */
export function drawSample(sample: SampleTensor, seed: string): RefTensor {
  const { fill, shape, dtype } = sample
  const random = seeded(seed)
  const draw = (): number => {
    if (fill.kind === 'normal')
      return fill.scale * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    if (fill.kind === 'uniform') return fill.low + (fill.high - fill.low) * random()
    if (fill.kind === 'integers') return fill.low + Math.floor((fill.high - fill.low) * random())
    throw new Error('literal values are not drawn')
  }
  const values = fill.kind === 'literal' ? fill.values : Array.from({ length: count(shape) }, draw)
  return { shape, data: stored(values, dtype) }
}

/** How far a result may be from what is expected. */
export interface Difference {
  /** The largest |a - e| / (|e| + mean |e|); infinite where only one is a number, or the lengths differ. */
  readonly worst: number
  /** The element where it is. */
  readonly at: number
}

export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): Difference {
  if (actual.length !== expected.length) return { worst: Infinity, at: 0 }
  let sum = 0
  let finite = 0
  for (let i = 0; i < expected.length; i++)
    if (Number.isFinite(expected[i]!)) {
      sum += Math.abs(expected[i]!)
      finite++
    }
  const floor = finite ? sum / finite : 0
  let [worst, at] = [0, 0]
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!]
    if (Object.is(a, e) || a === e) continue
    const difference = Math.abs(a - e) / (Math.abs(e) + floor)
    if (difference <= worst) continue
    worst = Number.isNaN(difference) ? Infinity : difference
    at = i
  }
  return { worst, at }
}
