import { badArgument, check } from '../../core/errors.ts'
import { dot, lengthOf } from '../../core/rows.ts'
import type { Space } from '../../core/space.ts'
import { randomNumbers } from '../../ops/random_numbers.ts'

/**
 * A map of a space: where a vector lies on its first principal components. A vector is scaled to length 1, the mean is
 * taken away, and each coordinate is its product with an axis; axes are of length 1 and at right angles, that of the
 * greatest variance first. What has been fitted once gives new concepts places on the same map.
 */
export interface ConceptMap {
  readonly space: Space
  readonly dims: number
  /** [dims] */
  readonly mean: Float32Array
  /** [coordinates][dims] */
  readonly axes: readonly Float32Array[]
  /** The share of the whole variance that lies along each axis, 0 … 1. */
  readonly shares: readonly number[]
  /** The coordinates of a vector, [coordinates]. Throws VmmError BAD_ARGUMENT for another length, NaN and infinity. */
  place(vector: Float32Array): number[]
}

/** Vectors that a map is fitted to, at most: a sample shows where the first axes lie. */
export const MAP_SAMPLE = 8192
const MOST_ROUNDS = 300
/** An axis has been found when a round turns it by less (the sine). */
const TURNED = 1e-6

/** A map over axes that are known. */
export function makeConceptMap(
  space: Space,
  mean: Float32Array,
  axes: readonly Float32Array[],
  shares: readonly number[],
): ConceptMap {
  const dims = mean.length
  return {
    space,
    dims,
    mean,
    axes,
    shares,
    place: (vector) => {
      const length = usableLength(vector, dims)
      return axes.map((axis) => {
        let sum = 0
        for (let i = 0; i < dims; i++) sum += axis[i]! * (vector[i]! / length - mean[i]!)
        return sum
      })
    },
  }
}

/** The vector's length; 1 for one of zeros, which keeps its place. */
function usableLength(vector: Float32Array, dims: number): number {
  check(
    vector instanceof Float32Array && vector.length === dims,
    'vector',
    vector,
    `a Float32Array of ${dims}`,
  )
  const length = lengthOf(vector)
  if (!Number.isFinite(length)) throw badArgument('vector', 'NaN or infinity', 'finite numbers')
  return length === 0 ? 1 : length
}

/**
 * The first principal components of some vectors [count][dims], by power iteration from seeded beginnings, one axis after
 * another; the same bits for the same vectors in the same order. An axis points to where its largest number is above 0.
 *
 * @throws VmmError BAD_ARGUMENT where there are fewer vectors, or dimensions, than coordinates and one
 */
export function fitConceptMap(
  space: Space,
  vectors: readonly Float32Array[],
  coordinates: number,
  seed: number,
): ConceptMap {
  const count = vectors.length
  const dims = vectors[0]?.length ?? 0
  check(Number.isInteger(coordinates) && coordinates > 0, 'coordinates', coordinates, '1 or more')
  const enough = count > coordinates && dims >= coordinates
  if (!enough)
    throw badArgument(
      'vectors',
      `${count} of ${dims} dimensions`,
      `more than ${coordinates}, and no fewer dimensions`,
    )
  const centred = vectors.map((vector) => {
    const length = usableLength(vector, dims)
    return Float64Array.from(vector, (x) => x / length)
  })
  const mean = new Float64Array(dims)
  for (const row of centred) for (let i = 0; i < dims; i++) mean[i]! += row[i]! / count
  for (const row of centred) for (let i = 0; i < dims; i++) row[i]! -= mean[i]!
  const variance = centred.reduce((sum, row) => sum + dot(row, row), 0)
  const axes: Float64Array[] = []
  const shares: number[] = []
  for (let axis = 0; axis < coordinates; axis++) {
    const found = principalAxis(centred, axes, seed, axis)
    axes.push(found.axis)
    shares.push(variance === 0 ? 0 : found.variance / variance)
  }
  return makeConceptMap(
    space,
    Float32Array.from(mean),
    axes.map((axis) => Float32Array.from(axis)),
    shares,
  )
}

/** The direction of the greatest variance at right angles to those that are known, and that variance. */
function principalAxis(
  rows: readonly Float64Array[],
  known: readonly Float64Array[],
  seed: number,
  number: number,
): { axis: Float64Array; variance: number } {
  const numbers = randomNumbers(seed, number)
  let axis = Float64Array.from({ length: rows[0]!.length }, () => numbers.next() - 0.5)
  aside(axis, known)
  scale(axis)
  let variance = 0
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = new Float64Array(axis.length)
    for (const row of rows) {
      const product = dot(row, axis)
      for (let i = 0; i < next.length; i++) next[i]! += product * row[i]!
    }
    aside(next, known)
    variance = scale(next)
    if (variance === 0) break // no variance is left: any direction will do
    const cosine = dot(axis, next)
    axis = next
    if (1 - cosine * cosine < TURNED ** 2) break
  }
  const largest = axis.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0)
  return { axis: largest < 0 ? axis.map((x) => -x) : axis, variance }
}

/** Takes away what lies along known axes, twice: the first time leaves rounding errors. */
function aside(vector: Float64Array, known: readonly Float64Array[]): void {
  for (const axis of [...known, ...known]) {
    const product = dot(vector, axis)
    for (let i = 0; i < vector.length; i++) vector[i]! -= product * axis[i]!
  }
}

/** Scales to length 1, and gives the length it had; one of zeros stays. */
function scale(vector: Float64Array): number {
  const length = Math.sqrt(dot(vector, vector))
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i]! /= length
  return length
}
