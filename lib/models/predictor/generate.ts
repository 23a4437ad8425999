import { unitLength } from '../../core/rows.ts'
import type { RunOptions } from '../../core/run_options.ts'
import { spreadsSequences } from './inputs.ts'
import { gaussians, nearby } from './noise.ts'
import type { Route } from './routes.ts'
import { maxStreams, openStream, type PredictorNetwork, type Stream } from './stream.ts'

export interface GenerateOptions extends RunOptions {
  /** Of each sequence, as routeEach gives them. */
  readonly routes: readonly (Route | null)[]
  readonly steps: number
  readonly candidates: number
  readonly seed: number
  readonly spread: number
}

/**
 * Continuations of sequences: per sequence and candidate `steps` vectors of unit length, f32 [steps · dims]; none
 * after an empty sequence. Predicted vectors are scaled to unit length and read as the next concepts. Candidate 0 is
 * deterministic; the others take a Gaussian step beside each predicted vector before it is read.
 */
export async function generate(
  network: PredictorNetwork,
  sequences: readonly Float32Array[],
  options: GenerateOptions,
): Promise<Float32Array[][]> {
  const { dims } = network.config
  const results: Float32Array[][] = sequences.map(() =>
    Array.from({ length: options.candidates }, () => new Float32Array(0)),
  )
  const begun = [...sequences.keys()].filter((s) => sequences[s]!.length > 0)
  const atOnce = Math.max(1, Math.floor(maxStreams / options.candidates))
  for (let first = 0; first < begun.length; first += atOnce) {
    const group = begun.slice(first, first + atOnce)
    const continued = await continueGroup(
      network,
      group.map((s) => sequences[s]!),
      { ...options, routes: group.map((s) => options.routes[s]!) },
    )
    continued.forEach((vectors, i) => {
      const own = results[group[Math.floor(i / options.candidates)]!]!
      own[i % options.candidates] = new Float32Array(options.steps * dims)
      vectors.forEach((vector, step) => {
        own[i % options.candidates]!.set(vector, step * dims)
      })
    })
  }
  return results
}

/** Per sequence and candidate its vectors, one per step. */
async function continueGroup(
  network: PredictorNetwork,
  sequences: readonly Float32Array[],
  { routes, steps, candidates, seed, spread, ...run }: GenerateOptions,
): Promise<Float32Array[][]> {
  const { config } = network
  const chosen = spreadsSequences(config)
    ? {
        experts: Int32Array.from(routes.flatMap((route) => route!.experts)),
        weights: Float32Array.from(routes.flatMap((route) => route!.weights)),
      }
    : null
  const streams: Stream[] = [openStream(network, sequences.length, chosen)]
  try {
    const context = await lastExpected(streams[0]!, sequences, config.dims, run)
    if (candidates > 1 && steps > 1) streams.push(streams[0]!.fork(candidates))
    const stream = streams.at(-1)!
    let raw = context.flatMap((vector) => Array.from({ length: candidates }, () => vector))
    const continued: Float32Array[][] = raw.map(() => [])
    for (let step = 0; ; step++) {
      const noises = Array.from({ length: candidates }, (_, c) =>
        c === 0 ? null : gaussians(seed, c, step, config.dims),
      )
      const next = raw.map((vector, i) => {
        const noise = noises[i % candidates]
        return noise ? nearby(unitLength(vector), noise, spread) : unitLength(vector)
      })
      next.forEach((vector, i) => {
        continued[i]!.push(vector)
      })
      if (step + 1 === steps) return continued
      raw = await lastExpected(stream, next, config.dims, run)
    }
  } finally {
    for (const stream of streams) stream.dispose()
  }
}

/** Reads the next concepts of each sequence, at least one of each, and gives the vector that is expected after the last. */
async function lastExpected(
  stream: Stream,
  concepts: readonly Float32Array[],
  dims: number,
  options: RunOptions,
): Promise<Float32Array[]> {
  const last: Float32Array[] = concepts.map(() => new Float32Array(dims))
  for await (const { taken, expected } of stream.advance(concepts, options)) {
    let end = 0
    taken.forEach((rows, s) => {
      end += rows * dims
      if (rows > 0) last[s] = expected.subarray(end - dims, end)
    })
  }
  return last
}
