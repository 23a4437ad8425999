import { unitLength } from '../../core/rows.ts'
import type { RandomNumbers } from '../../ops/random_numbers.ts'

/**
 * Vectors [n · dims] of unit length, each moved by a length of its own in the direction from one of them to another, and
 * brought back to unit length. What is said of a sentence that nobody has seen is wrong in just those directions in which
 * sentences differ; noise that is the same in all directions would hide nothing, since vectors lie in few of them.
 */
export function blurred(
  vectors: Float32Array,
  dims: number,
  lengths: Float32Array,
  numbers: RandomNumbers,
): Float32Array {
  const n = lengths.length
  const row = (i: number) => vectors.subarray(i * dims, (i + 1) * dims)
  const moved = new Float32Array(vectors.length)
  for (let i = 0; i < n; i++) {
    const [to, from] = [row(numbers.below(n)), row(numbers.below(n))]
    const way = unitLength(to.map((x, d) => x - from[d]!))
    moved.set(unitLength(row(i).map((x, d) => x + lengths[i]! * way[d]!)), i * dims)
  }
  return moved
}
