import { check } from '../core/errors.ts'
import { philox, philoxKey } from './philox.ts'

/** Random numbers of a seed, one after another. */
export interface RandomNumbers {
  /** In [0, 1), a multiple of 2^-32. */
  next(): number
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number
}

/**
 * Random numbers for code that runs in JavaScript: words of Philox 4x32-10 with the seed as key and the counter
 * (place, 0, stream, 1). Equal seeds and streams give equal numbers; streams do not overlap.
 *
 * @param seed   0 … 2^53 - 1
 * @param stream 0 … 2^32 - 1
 */
export function randomNumbers(seed: number, stream = 0): RandomNumbers {
  const key = philoxKey(seed)
  let words: readonly number[] = []
  let place = 0
  const next = () => {
    if (place % 4 === 0) words = philox([(place / 4) >>> 0, 0, stream >>> 0, 1], key)
    return words[place++ % 4]! / 2 ** 32
  }
  return { next, below: (limit) => Math.floor(next() * limit) }
}

/** Throws VmmError BAD_ARGUMENT naming `seed` unless it is one. */
export function checkSeed(seed: number): void {
  check(Number.isSafeInteger(seed) && seed >= 0, 'seed', seed, '0 … 2^53 - 1')
}

/** `count` different whole numbers from 0 to below `limit`, in random order; all of them when there are fewer. */
export function sampleWithout(numbers: RandomNumbers, count: number, limit: number): Int32Array {
  const taken = Math.min(count, limit)
  const moved = new Map<number, number>() // what a shuffled array would hold, where it differs from 0, 1, 2 …
  const sample = new Int32Array(taken)
  for (let i = 0; i < taken; i++) {
    const j = i + numbers.below(limit - i)
    sample[i] = moved.get(j) ?? j
    moved.set(j, moved.get(i) ?? i)
  }
  return sample
}
