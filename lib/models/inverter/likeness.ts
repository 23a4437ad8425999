import { dot } from '../../core/rows.ts'
import type { RunOptions } from '../../core/run_options.ts'
import { toFloat32 } from '../../graph/program.ts'
import type { TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { matmul, sub } from '../../ops/index.ts'
import { type ParameterSpecs, parameter } from '../../weights/specs.ts'
import type { WeightSet } from '../../weights/weight_set.ts'
import { makeNetwork } from '../network.ts'

/** Where the vectors of human sentences lie. */
export interface SentenceSpread {
  /** Their mean, [dims]. */
  readonly mean: Float32Array
  /** The inverse of their covariance, which is floored, [dims · dims], symmetric. */
  readonly precision: Float32Array
}

/** The tensors of a SentenceSpread, as a file has them. */
export function spreadParameters(dims: number): ParameterSpecs {
  const fixed = { init: { kind: 'constant', value: 0 }, trained: false } as const
  return {
    mean: parameter({ shape: [dims], ...fixed }),
    precision: parameter({ shape: [dims, dims], ...fixed }),
  }
}

/** A vector as it is compared: less the mean, the same times the precision, and its length. */
export interface PlacedVector {
  readonly centred: Float32Array
  readonly pull: Float32Array
  readonly length: number
}

/** How vectors are compared where texts are brought nearer to them. */
export interface Likeness {
  /** Whether the spread of sentences is known; the cosine is all there is otherwise. */
  readonly isWhitened: boolean
  place(vectors: readonly Float32Array[], run: RunOptions): Promise<PlacedVector[]>
  dispose(): void
}

/** -1 … 1: the cosine of vectors where sentences spread alike in all directions, as whitening makes them. */
export function alike(a: PlacedVector, b: PlacedVector): number {
  return dot(a.centred, b.pull) / (a.length * b.length)
}

/** The gradient of alike(from, to) by the vector of `from`, [dims]. */
export function towards(from: PlacedVector, to: PlacedVector): Float32Array {
  const now = alike(from, to)
  const [ours, theirs] = [now / from.length ** 2, 1 / (from.length * to.length)]
  return from.pull.map((x, d) => theirs * to.pull[d]! - ours * x)
}

/** Vectors of unit length, compared by their cosine. */
export const cosineLikeness: Likeness = {
  isWhitened: false,
  place: async (vectors) => vectors.map((vector) => ({ centred: vector, pull: vector, length: 1 })),
  dispose: () => {},
}

/** Vectors of a run: few sizes, so that few programs are compiled. */
const SIZES = [16, 128]
/** The mean itself has no direction. */
const LEAST_LENGTH = 1e-6

function placing(_: object, { vectors, mean, precision }: Readonly<Record<string, Value>>): TraceResult {
  const centred = sub(vectors!, mean!)
  return { outputs: { centred, pull: matmul({ a: centred, b: precision! }) } }
}

/** @param weights those of spreadParameters; it disposes them */
export function whitenedLikeness(dims: number, weights: WeightSet): Likeness {
  const { config, programs, dispose } = makeNetwork({ dims }, weights)
  const block = async (vectors: readonly Float32Array[], run: RunOptions): Promise<PlacedVector[]> => {
    const size = SIZES.find((s) => s >= vectors.length)!
    const shape = [size, dims]
    const program = programs.get(placing, config, {
      ...weights.specs,
      vectors: { kind: 'input', dtype: 'f32', shape, live: 'rows' },
    })
    const given = new Float32Array(vectors.length * dims)
    for (const [i, vector] of vectors.entries()) given.set(vector, i * dims)
    const { signal, threads, device } = run
    const options = { signal, threads, device, scalars: { rows: vectors.length } }
    const outputs = await program.run({ ...weights.tensors, vectors: given }, options)
    const [centred, pull] = [toFloat32(outputs.centred!), toFloat32(outputs.pull!)]
    return vectors.map((_, i) => {
      const own = { centred: row(centred, i, dims), pull: row(pull, i, dims) }
      return { ...own, length: Math.max(LEAST_LENGTH, Math.sqrt(Math.max(0, dot(own.centred, own.pull)))) }
    })
  }
  return {
    isWhitened: true,
    place: async (vectors, run) => {
      const placed: PlacedVector[] = []
      const most = SIZES.at(-1)!
      for (let first = 0; first < vectors.length; first += most)
        placed.push(...(await block(vectors.slice(first, first + most), run)))
      return placed
    },
    dispose,
  }
}

const row = (all: Float32Array, i: number, dims: number) => all.subarray(i * dims, (i + 1) * dims)
