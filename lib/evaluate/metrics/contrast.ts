import { createHash } from 'node:crypto'
import { badArgument } from '../../core/errors.ts'
import { randomNumbers, sampleWithout } from '../../ops/random_numbers.ts'
import type { DocumentVectors } from '../documents.ts'

/** For each position of a document the rows that the true next one is told from. */
export interface Choices {
  readonly positions: Int32Array
  /** Rows other than the true one, for each position. */
  readonly others: readonly Int32Array[]
}

export interface ChoiceOptions {
  /** Candidates with the true one; all rows of a document that has fewer. */
  readonly candidates: number
  /** Rows up to position t, the last one included, that are no candidates: what a predictor may have copied. */
  readonly skip: number
  readonly seed: number
}

/** The stream of a seed that is a document's own. */
export function streamOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32LE(0)
}

/**
 * Draws for each position t of a document other rows than t + 1, without repetition. The draw depends on the seed and
 * the document's id alone, not on what else is evaluated.
 */
export function drawChoices(
  { id, count }: DocumentVectors,
  positions: Int32Array,
  { candidates, skip, seed }: ChoiceOptions,
): Choices {
  const numbers = randomNumbers(seed, streamOf(id))
  const others = Array.from(positions, (t) => {
    const gap = Math.min(skip, t + 1) + 1 // rows left out, the true one included; they end with it
    const rows = sampleWithout(numbers, candidates - 1, count - gap)
    return rows.map((row) => (row > t + 1 - gap ? row + gap : row))
  })
  return { positions, others }
}

/** What a predictor got right in a document; sums over its positions. */
export interface Tally {
  readonly positions: number
  /** Positions where the true row is nearer to the prediction, by cosine, than every other candidate. */
  readonly correct: number
  readonly cosine: number
  /** Σ |prediction - truth|² */
  readonly squaredError: number
}

/**
 * Compares predictions with what came. A tie counts as wrong; so does a prediction of length 0, whose cosines are all 0.
 *
 * @param predictions f32 [positions · dims]
 * @throws VmmError BAD_ARGUMENT for another size and for predictions that are not finite
 */
export function tally(
  { id, count, vectors }: DocumentVectors,
  { positions, others }: Choices,
  predictions: Float32Array,
): Tally {
  const dims = vectors.length / count
  const name = `predictions of document ${JSON.stringify(id)}`
  if (predictions.length !== positions.length * dims)
    throw badArgument(name, `${predictions.length} numbers`, `${positions.length} rows of ${dims}`)
  const lengths = Float64Array.from({ length: count }, (_, row) =>
    Math.sqrt(dot(vectors, row * dims, vectors, row * dims, dims)),
  )
  let correct = 0
  let cosine = 0
  let squaredError = 0
  for (const [i, t] of positions.entries()) {
    const at = i * dims
    const squared = dot(predictions, at, predictions, at, dims)
    if (!Number.isFinite(squared))
      throw badArgument(name, `NaN or infinity at position ${t}`, 'finite numbers')
    const score = (row: number) =>
      lengths[row] === 0 ? 0 : dot(predictions, at, vectors, row * dims, dims) / lengths[row]!
    const truth = score(t + 1)
    if (others[i]!.every((row) => truth > score(row))) correct++
    if (squared > 0) cosine += truth / Math.sqrt(squared)
    const length = lengths[t + 1]!
    squaredError += Math.max(0, squared - 2 * truth * length + length ** 2)
  }
  return { positions: positions.length, correct, cosine, squaredError }
}

function dot(a: Float32Array, from: number, b: Float32Array, start: number, dims: number): number {
  let even = 0
  let odd = 0
  for (let i = 0; i < dims - 1; i += 2) {
    even += a[from + i]! * b[start + i]!
    odd += a[from + i + 1]! * b[start + i + 1]!
  }
  return dims % 2 === 0 ? even + odd : even + odd + a[from + dims - 1]! * b[start + dims - 1]!
}
