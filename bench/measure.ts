import { Bench } from 'tinybench'
import type { Job, RunSettings } from './row.ts'

/** How long to measure. */
export interface Effort {
  readonly rounds: number
  /** Of each contestant in each round. */
  readonly milliseconds: number
  readonly samples: number
}

export const efforts = {
  normal: { rounds: 7, milliseconds: 250, samples: 3 },
  quick: { rounds: 1, milliseconds: 1, samples: 1 },
} as const satisfies Record<string, Effort>

/** One side of a comparison. */
export interface Contestant {
  readonly name: string
  /** Seconds of some runs; at least one. */
  sample(effort: Effort): Promise<readonly number[]>
}

/** Times of each contestant, round by round. */
export type Times = ReadonlyMap<string, readonly (readonly number[])[]>

/**
 * Measures all contestants in turn, round after round, so that a machine that slows down slows all of them. Whoever
 * was first in a round is last in the next.
 */
export async function measureRounds(contestants: readonly Contestant[], effort: Effort): Promise<Times> {
  const times = new Map<string, (readonly number[])[]>(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round < effort.rounds; round++)
    for (let i = 0; i < contestants.length; i++) {
      const contestant = contestants[(round + i) % contestants.length]!
      times.get(contestant.name)!.push(await contestant.sample(effort))
    }
  return times
}

/**
 * A job of ours, warmed up anew in each round: the one before may have left other data in the caches. As of peers, one
 * that takes long is asked for less than the samples.
 */
export function jobContestant(name: string, job: Job, settings: RunSettings): Contestant {
  let i = 0
  let longest = 0
  return {
    name,
    sample: async ({ milliseconds, samples }) => {
      const affordable = longest === 0 ? samples : Math.ceil((10 * milliseconds) / longest)
      const bench = new Bench({
        time: milliseconds,
        iterations: Math.min(samples, affordable),
        warmupTime: Math.min(50, milliseconds),
        warmupIterations: 1,
        retainSamples: true,
        throws: true,
      })
      bench.add(name, () => job.run(i++, settings), { async: job.async === true })
      await bench.run()
      const { result } = bench.tasks[0]!
      if (!('latency' in result) || !result.latency.samples) throw new Error(`${name}: no times`)
      longest = Math.max(...result.latency.samples)
      return result.latency.samples.map((ms) => ms / 1e3)
    },
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Median of the rounds' medians: a round in which many short runs fit counts no more than another. */
export function typical(times: Times, name: string): number {
  return median(times.get(name)!.map(median))
}

export function extremes(times: Times, name: string): { shortest: number; longest: number } {
  let [shortest, longest] = [Number.POSITIVE_INFINITY, 0]
  for (const seconds of times.get(name)!.flat()) {
    shortest = Math.min(shortest, seconds)
    longest = Math.max(longest, seconds)
  }
  return { shortest, longest }
}

/** How many times faster `ours` is than `theirs`: the median of the ratios of the rounds. */
export function speedUp(times: Times, ours: string, theirs: string): number {
  const mine = times.get(ours)!
  return median(times.get(theirs)!.map((seconds, round) => median(seconds) / median(mine[round]!)))
}
