import { badArgument } from '../../core/errors.ts'
import { dot, lengthOf } from '../../core/rows.ts'

/** The shortest way on the sphere of vectors of length 1 from one direction to another. */
export interface GreatCircle {
  /** Radians between the two. */
  readonly angle: number
  /** The direction at some radians from the first, [dims] of length 1. */
  at(angle: number): Float32Array
  /** How far on the way the point lies that a vector is nearest to: radians, -π … π. */
  alongOf(vector: Float32Array): number
}

/** Directions nearer to each other than this (radians), or to opposite ones, do not say which way to go. */
const LEAST_ANGLE = 1e-4

/**
 * @param argument what the second one is called
 * @throws VmmError BAD_ARGUMENT where the two are the same direction, or opposite ones, or one is of zeros
 */
export function greatCircle(from: Float32Array, to: Float32Array, argument: string): GreatCircle {
  const [a, b] = [unit(from, 'from'), unit(to, argument)]
  const cosine = dot(a, b)
  const aside = b.map((x, i) => x - cosine * a[i]!)
  const sine = Math.sqrt(dot(aside, aside))
  const angle = Math.atan2(sine, cosine)
  const given = cosine > 0 ? 'the direction of from' : 'the opposite of from'
  if (angle < LEAST_ANGLE || Math.PI - angle < LEAST_ANGLE)
    throw badArgument(argument, given, 'a direction that is neither that of from nor its opposite')
  const ahead = aside.map((x) => x / sine)
  return {
    angle,
    at: (theta) => Float32Array.from(a, (x, i) => Math.cos(theta) * x + Math.sin(theta) * ahead[i]!),
    alongOf: (vector) => Math.atan2(dot(ahead, vector), dot(a, vector)),
  }
}

function unit(vector: Float32Array, argument: string): Float64Array {
  const length = lengthOf(vector)
  if (!Number.isFinite(length)) throw badArgument(argument, 'NaN or infinity', 'finite numbers')
  if (length === 0) throw badArgument(argument, 'a vector of zeros', 'a vector that has a direction')
  return Float64Array.from(vector, (x) => x / length)
}
