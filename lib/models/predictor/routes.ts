import type { RunOptions } from '../../core/run_options.ts'
import type { PredictorConfig } from './config.ts'
import { maxStreams, type PredictorNetwork, type Routes, routeSeen } from './stream.ts'

/** Where a router sends a sequence. */
export interface Route {
  /** Best first. */
  readonly experts: readonly number[]
  /** Of the same experts; their sum is 1. */
  readonly weights: readonly number[]
  /** Every domain with the cosine of its centroid to what the sequence has shown, nearest first. */
  readonly domains: readonly { readonly name: string; readonly cosine: number }[]
  /** Probability of the first expert among all: 1 / experts where the router has no preference. */
  readonly confidence: number
}

/** What the router sees of a whole sequence: the mean of its concepts, or their fading sum. */
export function seenOf({ variant, dims, routerDecay }: PredictorConfig, x: Float32Array): Float32Array {
  const sum = new Float64Array(dims)
  const keep = variant === 'concept' ? routerDecay : 1
  for (let at = 0; at < x.length; at += dims)
    for (let i = 0; i < dims; i++) sum[i] = keep * sum[i]! + x[at + i]!
  const rows = variant === 'concept' ? 1 : x.length / dims || 1
  return Float32Array.from(sum, (value) => value / rows)
}

/** The route of each sequence by all of its concepts; null for one without concepts. */
export async function routeEach(
  network: PredictorNetwork,
  sequences: readonly Float32Array[],
  options: RunOptions,
): Promise<(Route | null)[]> {
  const { config } = network
  const routes: (Route | null)[] = []
  for (let first = 0; first < sequences.length; first += maxStreams) {
    const group = sequences.slice(first, first + maxStreams)
    const seen = group.map((x) => seenOf(config, x))
    const all = config.experts > 1 ? await routeSeen(network, seen, options) : null
    group.forEach((x, s) => {
      routes.push(x.length === 0 ? null : all ? routeOf(config, all, s) : only)
    })
  }
  return routes
}

/** Of a model without a router. */
const only: Route = { experts: [0], weights: [1], domains: [], confidence: 1 }

function routeOf({ topK, experts, domains }: PredictorConfig, all: Routes, s: number): Route {
  const row = <T extends Float32Array | Int32Array>(values: T, width: number) => [
    ...values.subarray(s * width, (s + 1) * width),
  ]
  const logits = row(all.logits, experts)
  const largest = Math.max(...logits)
  const cosines = row(all.cosines, domains.length)
  return {
    experts: row(all.experts, topK),
    weights: row(all.weights, topK),
    domains: domains.map((name, i) => ({ name, cosine: cosines[i]! })).sort((a, b) => b.cosine - a.cosine),
    confidence: 1 / logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0),
  }
}
