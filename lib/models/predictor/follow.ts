import { check } from '../../core/errors.ts'
import type { OptionNames } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions, type RunOptions } from '../../core/run_options.ts'
import { checkSeed } from '../../ops/random_numbers.ts'
import type { PredictorConfig } from './config.ts'
import { spreadsSequences } from './inputs.ts'
import { gaussians } from './noise.ts'
import { seenOf } from './routes.ts'
import { type Chosen, maxStreams, openStream, type PredictorNetwork, routeSeen } from './stream.ts'

/** How known sequences are read. */
export interface FollowOptions extends CallOptions {
  /**
   * Variant `sequence`: the router sees this many concepts of each sequence (all of a shorter one; 1 when left out).
   * Rows before the last of them have seen the future, and count for nothing.
   */
  readonly prefix?: number | undefined
  /** `random`: experts and their weights are drawn, by `seed`. */
  readonly routing?: 'learned' | 'random' | undefined
  readonly seed?: number | undefined
}

export const FOLLOW_OPTIONS = {
  ...CALL_OPTIONS,
  prefix: true,
  routing: true,
  seed: true,
} as const satisfies OptionNames<FollowOptions>

/** A known sequence, read concept by concept. */
export interface Follow {
  /** Predicted after each concept, not scaled: f32 [concepts · dims]. Its direction tells which concept comes next. */
  readonly predicted: Float32Array
  /**
   * The same as a vector that can be decoded, not scaled. Another one in a standardised model alone: there it is
   * `predicted` and the mean of the space.
   */
  readonly expected: Float32Array
  /** i32 [topK] in variant `sequence`, [concepts · topK] in variant `concept`, best first; empty without a router. */
  readonly experts: Int32Array
  /** f32, like `experts`. */
  readonly weights: Float32Array
  /** The first concept after which a prediction is fair. */
  readonly firstFair: number
}

/** Reads known sequences and gives what is predicted after each of their concepts. */
export async function followSequences(
  network: PredictorNetwork,
  sequences: readonly Float32Array[],
  options: FollowOptions,
): Promise<Follow[]> {
  const { prefix = 1, routing = 'learned', seed = 0, signal, threads, device } = options
  check(Number.isSafeInteger(prefix) && prefix > 0, 'prefix', prefix, 'a whole number of 1 or more')
  check(routing === 'learned' || routing === 'random', 'routing', routing, 'learned | random')
  checkSeed(seed)
  const results: Follow[] = []
  for (let first = 0; first < sequences.length; first += maxStreams) {
    const group = sequences.slice(first, first + maxStreams)
    const random = routing === 'random' ? { seed, first } : null
    results.push(...(await followGroup(network, group, prefix, random, { signal, threads, device })))
  }
  return results
}

async function followGroup(
  network: PredictorNetwork,
  group: readonly Float32Array[],
  prefix: number,
  random: { readonly seed: number; readonly first: number } | null,
  run: RunOptions,
): Promise<Follow[]> {
  const { config } = network
  const { dims, topK } = config
  const chosen = spreadsSequences(config)
    ? random
      ? randomChoice(config, random.seed, random.first, group.length)
      : await routeSeen(
          network,
          group.map((x) => seenOf(config, x.subarray(0, prefix * dims))),
          run,
        )
    : null
  const routed = config.variant === 'concept' && config.experts > 1
  const results = group.map((x, s) => {
    const rows = x.length / dims
    const own = routed ? rows * topK : 0
    const predicted = new Float32Array(x.length)
    return {
      predicted,
      expected: config.standardised ? new Float32Array(x.length) : predicted,
      experts: chosen ? chosen.experts.slice(s * topK, (s + 1) * topK) : new Int32Array(own),
      weights: chosen ? chosen.weights.slice(s * topK, (s + 1) * topK) : new Float32Array(own),
      firstFair: chosen ? Math.max(0, Math.min(prefix, rows) - 1) : 0,
    }
  })
  let drawn = 0
  const logits =
    random && routed
      ? (rows: number) => gaussians(random.seed, random.first, drawn++, rows * config.experts)
      : undefined
  const stream = openStream(network, group.length, chosen)
  const done = group.map(() => 0)
  try {
    for await (const chunk of stream.advance(group, { ...run, logits })) {
      let row = 0
      chunk.taken.forEach((rows, s) => {
        const result = results[s]!
        const own = (all: Float32Array) => all.subarray(row * dims, (row + rows) * dims)
        result.predicted.set(own(chunk.predicted), done[s]! * dims)
        if (config.standardised) result.expected.set(own(chunk.expected), done[s]! * dims)
        if (chunk.chosen) {
          const [from, to] = [row * topK, (row + rows) * topK]
          result.experts.set(chunk.chosen.experts.subarray(from, to), done[s]! * topK)
          result.weights.set(chunk.chosen.weights.subarray(from, to), done[s]! * topK)
        }
        done[s]! += rows
        row += rows
      })
    }
  } finally {
    stream.dispose()
  }
  return results
}

/** Experts by drawn logits, as the router chooses by its own. */
function randomChoice(
  { experts, topK }: PredictorConfig,
  seed: number,
  first: number,
  sequences: number,
): Chosen {
  const chosen: number[] = []
  const weights: number[] = []
  for (let s = 0; s < sequences; s++) {
    const logits = gaussians(seed, first + s, 0, experts)
    const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, topK)
    const powers = order.map((e) => Math.exp(logits[e]!))
    const sum = powers.reduce((total, power) => total + power, 0)
    chosen.push(...order)
    weights.push(...powers.map((power) => power / sum))
  }
  return { experts: Int32Array.from(chosen), weights: Float32Array.from(weights) }
}
