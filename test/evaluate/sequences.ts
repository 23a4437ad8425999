import type { DocumentVectors, Predicts } from '../../lib/evaluate/documents.ts'
import { type RandomNumbers, randomNumbers } from '../../lib/ops/random_numbers.ts'

/** About normal: twelve uniform numbers, centred. */
export function gaussian(numbers: RandomNumbers): number {
  let sum = -6
  for (let i = 0; i < 12; i++) sum += numbers.next()
  return sum
}

/** A document of independent random vectors. */
export function noiseDocument(
  id: string,
  count: number,
  dims: number,
  seed = 1,
  group = '',
): DocumentVectors {
  const numbers = randomNumbers(seed)
  return { id, group, count, vectors: Float32Array.from({ length: count * dims }, () => gaussian(numbers)) }
}

/** A predictor from what it expects after each position. */
export function predictorOf(
  next: (document: DocumentVectors, t: number, dims: number) => ArrayLike<number>,
): Predicts {
  return {
    predictNext: async (document, positions) => {
      const dims = document.vectors.length / document.count
      const all = new Float32Array(positions.length * dims)
      for (const [i, t] of positions.entries()) all.set(next(document, t, dims), i * dims)
      return all
    },
  }
}

/** Sees the future. */
export const perfect = predictorOf(({ vectors }, t, dims) => vectors.subarray((t + 1) * dims, (t + 2) * dims))

/** Knows nothing: another random vector each time. */
export function guessing(seed = 9): Predicts {
  const numbers = randomNumbers(seed)
  return predictorOf((_, __, dims) => Array.from({ length: dims }, () => gaussian(numbers)))
}
